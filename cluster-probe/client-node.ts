import { RunError } from "@pulumi/pulumi";
import { failureReason } from "./failure";

/**
 * The Kubernetes client. It is a large ECMAScript module that most stacks never need, and the program is CommonJS: so it
 * is loaded where it is used, and its types are taken from the loaded module.
 */
export async function loadClient() {
  try {
    return await import("@kubernetes/client-node");
  } catch (error) {
    throw new RunError(
      [
        `The Kubernetes client does not load in Node ${process.versions.node}, so the cluster cannot be asked. Nothing in Azure or Kubernetes was changed.`,
        `  reason:  ${failureReason(error).split("\n")[0]}`,
        "  to do:   run pulumi with the Node of this project (npm install brings it), or with Node 24",
      ].join("\n"),
    );
  }
}

export type Client = Awaited<ReturnType<typeof loadClient>>;
export type KubeConfig = InstanceType<Client["KubeConfig"]>;
