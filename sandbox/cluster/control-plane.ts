import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { PodNetwork } from "../node/pod-network.ts";
import type { ToolPaths } from "../tools/locate.mjs";
import type { Component, ComponentSpec } from "./component.ts";
import type { ClusterCredentials } from "./credentials.ts";
import { authenticationFile } from "./entra-sign-in.ts";
import { httpsGet } from "./https-client.ts";
import { kubeconfigYaml } from "./kubeconfig.ts";
import { onFreePort, onSamePort } from "./loopback.ts";
import { egressSelectorConfiguration } from "./service-network.ts";
import type { TokenSigning } from "./signing.ts";

/** Where the programs of a cluster run, and who is told when one dies. */
export interface Surroundings {
  name: string;
  directory: string;
  tools: ToolPaths;
  credentials: ClusterCredentials;
  network: PodNetwork;
  /** Starts a program of the cluster; unless `onDeath` is given, the cluster has failed when it dies. */
  launch(spec: ComponentSpec, onDeath?: (error: Error) => void): Component;
  fail(error: Error): void;
}

/** The store behind the API server: kine, in memory, on a Unix socket in the cluster's own folder. */
export function startStore(around: Surroundings): Component {
  return around.launch({
    name: "kine",
    command: around.tools.kine,
    args: [
      "--endpoint",
      "memory://",
      "--listen-address",
      `unix://${storeSocket(around.directory)}`,
      "--metrics-bind-address=0",
    ],
    env: baseEnvironment(around.directory),
    directory: around.directory,
    logFile: join(around.directory, "kine.log"),
  });
}

/**
 * The socket of a cluster's store. Named in full, so that a list of processes shows whose it is; relative to the folder,
 * in which both sides run, where that is longer than the 107 bytes that a socket's path may have (unix(7)).
 */
export function storeSocket(directory: string): string {
  return socketIn(directory, "kine.sock");
}

function socketIn(directory: string, name: string): string {
  const socket = join(directory, name);
  return Buffer.byteLength(socket) <= 107 ? socket : name;
}

/** The socket on which the API server asks for connections to Services, pods and the node; the path is this process's. */
export function serviceSocket(directory: string): string {
  const socket = join(directory, "services.sock");
  const fromHere = relative(process.cwd(), socket);
  return Buffer.byteLength(socket) <= 107 ? socket : fromHere;
}

export interface ApiServer {
  component: Component;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
}

/** Starts kube-apiserver and waits until it is ready to serve; on a free port, or on the one that it had before. */
export function startApiServer(around: Surroundings, signing: TokenSigning, formerPort?: number): Promise<ApiServer> {
  const start = async (port: number): Promise<ApiServer> => {
    let ready = false;
    const component = around.launch(
      {
        name: "kube-apiserver",
        command: around.tools.kubeApiserver,
        args: apiServerArguments(around, port, signing),
        env: baseEnvironment(around.directory),
        directory: around.directory,
        logFile: join(around.directory, `kube-apiserver-${port}.log`),
      },
      (error) => ready && around.fail(error),
    );
    const url = `https://127.0.0.1:${port}`;
    try {
      await component.waitUntil(async () => {
        const answer = await httpsGet(`${url}/readyz`, around.credentials.authority, around.credentials.adminToken);
        return answer.status === 200;
      });
    } catch (error) {
      await component.stop(0);
      throw error;
    }
    ready = true;
    return { component, port, url };
  };
  return formerPort === undefined ? onFreePort(start) : onSamePort(formerPort, start);
}

function apiServerArguments({ credentials, directory }: Surroundings, port: number, signing: TokenSigning): string[] {
  const { files } = credentials;
  const { issuers, privateKey, publicKeys } = signing;
  const egress = join(directory, "egress.json");
  writeFileSync(egress, egressSelectorConfiguration(socketIn(directory, "services.sock")), { mode: 0o600 });
  return [
    `--etcd-servers=unix://${storeSocket(directory)}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${files.apiServerCertificate}`,
    `--tls-private-key-file=${files.apiServerKey}`,
    `--client-ca-file=${files.authority}`,
    `--token-auth-file=${files.tokens}`,
    `--authentication-config=${authenticationFile(directory)}`,
    // The first issuer is also the default audience, so tokens of pods are good for the API server itself.
    ...issuers.map((issuer) => `--service-account-issuer=${issuer}`),
    ...jwksUriArguments(issuers[0] ?? ""),
    `--service-account-signing-key-file=${privateKey}`,
    ...publicKeys.map((file) => `--service-account-key-file=${file}`),
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--kubelet-client-certificate=${files.kubeletClientCertificate}`,
    `--kubelet-client-key=${files.kubeletClientKey}`,
    `--kubelet-certificate-authority=${files.authority}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--egress-selector-config-file=${egress}`,
    "--service-cluster-ip-range=10.0.0.0/16",
    "--allow-privileged=true",
    "--endpoint-reconciler-type=none",
    // What follows only costs memory and time in a cluster with one client and no disk.
    "--enable-priority-and-fairness=false",
    "--profiling=false",
    "--etcd-compaction-interval=0",
    "--etcd-count-metric-poll-period=0",
    "--etcd-db-metric-poll-interval=0",
  ];
}

/** The API server refuses any other scheme, and serves no discovery document for an issuer without https. */
function jwksUriArguments(issuerUrl: string): string[] {
  return issuerUrl.startsWith("https://") ? [`--service-account-jwks-uri=${jwksUri(issuerUrl)}`] : [];
}

/** Where AKS publishes the keys of an issuer. */
export function jwksUri(issuerUrl: string): string {
  return `${issuerUrl.replace(/\/*$/, "/")}openid/v1/jwks`;
}

/** The controllers that a workload with an identity needs; those for storage, networks and scaling are left out. */
const controllers = [
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "root-ca-certificate-publisher-controller",
  "namespace-controller",
  "garbage-collector-controller",
  "deployment-controller",
  "disruption-controller",
  "endpointslice-controller",
  "replicaset-controller",
  "job-controller",
  "cronjob-controller",
  "node-lifecycle-controller",
  "pod-garbage-collector-controller",
  "ttl-after-finished-controller",
  "clusterrole-aggregation-controller",
];

/** Starts kube-controller-manager. It waits for the API server by itself. */
export function startControllerManager(around: Surroundings, server: string, signing: TokenSigning): Component {
  const { credentials, directory } = around;
  const kubeconfig = writeKubeconfig(around, "controller-manager", server, credentials.controllerManager);
  return around.launch({
    name: "kube-controller-manager",
    command: around.tools.kubeControllerManager,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${signing.privateKey}`,
      `--root-ca-file=${credentials.files.authority}`,
      `--controllers=${controllers.join(",")}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
    ],
    env: baseEnvironment(directory),
    directory,
    logFile: join(directory, "kube-controller-manager.log"),
  });
}

/** Writes the kubeconfig of one part of the cluster and returns its path. */
export function writeKubeconfig(
  around: Surroundings,
  user: string,
  server: string,
  identity: { certificate: string; key: string },
): string {
  const file = join(around.directory, `${user}.kubeconfig`);
  const text = kubeconfigYaml({ name: around.name, user, server, authority: around.credentials.authority, identity });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** What a part of the cluster sees of this machine's environment: nothing but a PATH and a folder of its own. */
export function baseEnvironment(directory: string): Record<string, string> {
  return { PATH: "/usr/bin:/bin", HOME: directory, TMPDIR: directory };
}
