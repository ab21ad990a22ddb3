import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlace } from "../../config/clusters/place";
import { environmentPrefix } from "../../config/credentials";
import { type Advice, adviceFor } from "../../federation/advice";
import type { ConnectedTenant } from "../tenant-provider";

/** Why something in tenant A could not be read. */
export interface Unreadable {
  readonly absent: boolean;
  /** First line of what Azure answered. */
  readonly answer: string;
  readonly advice: Advice | undefined;
}

/** What the failure of a reading with tenant A's provider means. */
export function unreadable(error: unknown, { tenantId, environment }: ConnectedTenant): Unreadable {
  const answer = (error instanceof Error ? error.message : String(error)).trim();
  return {
    absent: /\b404\b|ResourceNotFound|ResourceGroupNotFound/.test(answer),
    answer: answer.split("\n")[0] ?? "",
    advice: adviceFor(answer, { key: "tenantA", tenantId, environment, variablePrefix: environmentPrefix.tenantA }),
  };
}

/**
 * The refusal of a cluster that should exist.
 * @param what the cluster, as a sentence begins with it
 * @param ways how to look for it and what else can be done, where the answer itself has no advice
 */
export function unreadableCluster(
  what: string,
  { resourceGroup }: ClusterPlace,
  { subscriptionId }: ConnectedTenant,
  { absent, answer, advice }: Unreadable,
  ways: { readonly look: string; readonly or: string },
): pulumi.RunError {
  return new pulumi.RunError(
    [
      `${what} ${absent ? "does not exist" : "could not be read"}. Nothing in Azure or Kubernetes was changed.`,
      `  where:   resource group ${resourceGroup}, subscription ${subscriptionId} of tenant A (cluster.name, cluster.resourceGroup or cluster.id)`,
      `  answer:  ${answer}`,
      ...(absent || advice === undefined
        ? [`  to do:   look for it: ${ways.look}`, `           or ${ways.or}`]
        : [`  cause:   ${advice.cause}`, `  to do:   ${advice.toDo}`]),
    ].join("\n"),
  );
}
