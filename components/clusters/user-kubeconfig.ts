import * as pulumi from "@pulumi/pulumi";
import { convertedKubeconfig, type Deployer, needsKubelogin } from "./kubelogin";

/** Asks AKS for a kubeconfig that kubelogin understands. It changes nothing for a cluster without Entra ID. */
export const credentialsFormat = { format: "exec" } as const;

/** The kubeconfig among a cluster's user credentials, signing in as the deployer where the cluster asks for Entra ID. */
export function deployersKubeconfig(
  cluster: string,
  kubeconfigs: readonly { readonly value: string }[],
  deployer: Deployer,
): string {
  const [first] = kubeconfigs;
  if (first === undefined)
    throw new pulumi.RunError(`Azure returned no kubeconfig for cluster ${cluster}. Run \`pulumi up\` again.`);
  const kubeconfig = Buffer.from(first.value, "base64").toString("utf8");
  return needsKubelogin(kubeconfig) ? convertedKubeconfig(kubeconfig, deployer) : kubeconfig;
}
