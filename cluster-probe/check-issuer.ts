import { RunError } from "@pulumi/pulumi";
import type { ClusterKind } from "../config/cluster";
import { setCommand } from "../config/set-command";
import { issuerDifference, unreachableIssuer } from "../federation/issuer";

/** A cluster as an error names it. */
export interface NamedCluster {
  readonly kind: ClusterKind;
  readonly name: string;
  /** Of a cluster in Azure. */
  readonly resourceGroup?: string | undefined;
  /** Where the issuer is from that is expected: a config key, or what Azure reports. */
  readonly issuerFrom: string;
  /** Where the kubeconfig is from. */
  readonly kubeconfigFrom: string;
}

/**
 * Compares the issuer that config or Azure names with the one that the cluster signs with. Entra ID compares them letter
 * by letter, and a kubeconfig of another cluster would make workloads where nobody trusts them.
 * @param reported undefined when the cluster does not say; then nothing is compared
 * @throws RunError
 */
export function checkIssuer(place: NamedCluster, expected: string, reported: string | undefined): void {
  if (reported === undefined || reported === expected) return;
  const sides = [
    `  expected:      ${expected} (${place.issuerFrom})`,
    `  cluster says:  ${reported} (${place.kubeconfigFrom})`,
  ];
  if (isLocal(reported)) throw new RunError(localIssuer(place, sides, expected, reported));
  const difference = issuerDifference(expected, reported);
  if (difference !== "they are different issuers") {
    throw new RunError(
      [
        `The issuer of cluster ${place.name} is not spelled as the cluster spells it: ${difference}. Entra ID compares every letter. Nothing in Azure or Kubernetes was changed.`,
        ...sides,
        `  to do:         ${place.kind === "kubernetes" ? setCommand("cluster.oidcIssuerUrl", reported) : "run `pulumi refresh`, and look at the cluster's OIDC issuer in Azure"}`,
      ].join("\n"),
    );
  }
  throw new RunError(
    [
      `The kubeconfig leads to another cluster than ${place.name}. Nothing in Azure or Kubernetes was changed.`,
      ...sides,
      ...(place.kind === "kubernetes"
        ? [
            "  to do:         set cluster.kubeconfig (path, context) to this cluster's; or, when the kubeconfig is right, the issuer:",
            `                 ${setCommand("cluster.oidcIssuerUrl", reported)}`,
          ]
        : [`  to do:         set cluster.kubeconfig (path, context) to the one of ${place.name}`]),
    ].join("\n"),
  );
}

/** Kubernetes' oldest default, kubernetes/serviceaccount, is not even a URL. */
function isLocal(issuer: string): boolean {
  return !URL.canParse(issuer) || unreachableIssuer(issuer) !== undefined;
}

function localIssuer(place: NamedCluster, sides: readonly string[], expected: string, reported: string): string {
  const lines = [
    `The kubeconfig leads to another cluster than ${place.name}, or this one signs its tokens with an issuer that Entra ID cannot reach. Nothing in Azure or Kubernetes was changed.`,
    ...sides,
    `  to do:         look first whether the kubeconfig is the one of ${place.name}: kubectl config get-contexts. If it is another`,
    "                 cluster's, set cluster.kubeconfig (path, context). If it is the right one:",
  ];
  if (place.kind !== "kubernetes") {
    return [...lines, `                 ${enableIssuer(place)}, and wait until its API server has restarted`].join(
      "\n",
    );
  }
  return [
    ...lines,
    "                 give its kube-apiserver the public issuer, which serves the cluster's keys, and restart it:",
    ...issuerFlags(expected, reported).map((flag) => `                   ${flag}`),
    "                 Without such a place, the program makes one: cluster.publishIssuer (docs/self-managed-issuer.md)",
  ].join("\n");
}

/**
 * Flags of a kube-apiserver that signs with a public issuer and goes on to accept the tokens of its former one: the first
 * issuer signs, all are accepted (Kubernetes, kube-apiserver reference).
 */
export function issuerFlags(issuer: string, former: string): string[] {
  return [
    `--service-account-issuer=${issuer}`,
    `--service-account-jwks-uri=${issuer.replace(/\/$/, "")}/openid/v1/jwks`,
    `--service-account-issuer=${former}`,
  ];
}

function enableIssuer({ kind, name, resourceGroup = "GROUP" }: NamedCluster): string {
  return kind === "aks" || kind === "existingAks"
    ? `az aks update --resource-group ${resourceGroup} --name ${name} --enable-oidc-issuer`
    : `az connectedk8s update --resource-group ${resourceGroup} --name ${name} --enable-oidc-issuer`;
}
