import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Authority, createAuthority, type KeyedCertificate } from "./authority.ts";

/** Every key and certificate of one cluster. */
export interface ClusterCredentials {
  /** PEM of the cluster's own authority. */
  authority: string;
  adminToken: string;
  controllerManager: KeyedCertificate;
  scheduler: KeyedCertificate;
  node: KeyedCertificate;
  /** The node's log server. */
  nodeServer: KeyedCertificate;
  /** Makes a further certificate of this cluster. */
  issue: Authority["issue"];
  files: {
    authority: string;
    tokens: string;
    apiServerCertificate: string;
    apiServerKey: string;
    kubeletClientCertificate: string;
    kubeletClientKey: string;
  };
}

/** Common name of the certificate that the API server shows to a node when it fetches logs. */
export const kubeletClientName = "kube-apiserver-kubelet-client";

/**
 * Makes the credentials of a cluster and writes those that programs read from files into `directory`, readable by the
 * owner only. Names and groups are those that Kubernetes gives its own parts, so that its built-in roles fit.
 */
export async function createCredentials(
  directory: string,
  name: string,
  nodeName: string,
): Promise<ClusterCredentials> {
  const loopback = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], server: true };
  const authority = await createAuthority(`${name}-ca`);
  const [apiServer, kubeletClient, controllerManager, scheduler, node, nodeServer] = await Promise.all([
    authority.issue({
      commonName: "kube-apiserver",
      ...loopback,
      dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
    }),
    authority.issue({ commonName: kubeletClientName, client: true }),
    authority.issue({ commonName: "system:kube-controller-manager", client: true }),
    authority.issue({ commonName: "system:kube-scheduler", client: true }),
    authority.issue({ commonName: `system:node:${nodeName}`, organizations: ["system:nodes"], client: true }),
    authority.issue({ commonName: `system:node:${nodeName}`, organizations: ["system:nodes"], ...loopback }),
  ]);
  const adminToken = randomBytes(32).toString("hex");
  const write = (file: string, text: string): string => {
    const path = join(directory, file);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    authority: authority.certificate,
    adminToken,
    controllerManager,
    scheduler,
    node,
    nodeServer,
    issue: (request) => authority.issue(request),
    files: {
      authority: write("ca.crt", authority.certificate),
      tokens: write("tokens.csv", `${adminToken},clusterAdmin,cluster-admin,"system:masters"\n`),
      apiServerCertificate: write("apiserver.crt", apiServer.certificate),
      apiServerKey: write("apiserver.key", apiServer.key),
      kubeletClientCertificate: write("kubelet-client.crt", kubeletClient.certificate),
      kubeletClientKey: write("kubelet-client.key", kubeletClient.key),
    },
  };
}
