import { arch, cpus, release, totalmem } from "node:os";
import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Lease,
  V1MicroTime,
  type V1Node,
} from "@kubernetes/client-node";
import { loopback } from "./downward-api.ts";

/** The name of a cluster's one node. */
export const nodeName = "sandbox-node-0";

/** Labels that a pod's nodeSelector may name. */
export function nodeLabels(): Record<string, string> {
  return {
    "kubernetes.io/hostname": nodeName,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": goArchitecture(),
    "beta.kubernetes.io/os": "linux",
    "beta.kubernetes.io/arch": goArchitecture(),
  };
}

function goArchitecture(): string {
  return arch() === "x64" ? "amd64" : arch();
}

/** Registers the node and keeps its lease fresh, so that the cluster takes it for Ready. */
export class Registration {
  readonly #kubeconfig: KubeConfig;
  readonly #log: (line: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(kubeconfig: KubeConfig, log: (line: string) => void) {
    this.#kubeconfig = kubeconfig;
    this.#log = log;
  }

  /** @param kubeletVersion of the cluster @param logPort where the node serves logs */
  async start(kubeletVersion: string, logPort: number): Promise<void> {
    const core = this.#kubeconfig.makeApiClient(CoreV1Api);
    await core.createNode({ body: describeNode(kubeletVersion, logPort) });
    const beat = () => this.#renewLease().catch((error: unknown) => this.#log(`lease of the node: ${error}`));
    void beat();
    // The kubelet renews its lease of 40 s every 10 s.
    this.#timer = setInterval(() => void beat(), 10_000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renewLease(): Promise<void> {
    const leases = this.#kubeconfig.makeApiClient(CoordinationV1Api);
    const namespace = "kube-node-lease";
    const renewTime = new V1MicroTime();
    const spec = { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime };
    try {
      await leases.patchNamespacedLease(
        { namespace, name: nodeName, body: { spec: { ...spec, renewTime: microTime(renewTime) } } },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    } catch (error) {
      if (!(error instanceof ApiException && error.code === 404)) throw error;
      const body: V1Lease = { metadata: { name: nodeName, namespace }, spec };
      await leases.createNamespacedLease({ namespace, body });
    }
  }
}

/** The API server takes this kind of time with six digits after the second only. */
function microTime(time: Date): string {
  return new Date(time).toISOString().replace(/(\.\d{3})\d*Z$/, "$1000Z");
}

function describeNode(kubeletVersion: string, logPort: number): V1Node {
  const now = new Date();
  const resources = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: "110" };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    metadata: { name: nodeName, labels: nodeLabels() },
    spec: {},
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "the node does not measure it"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "the node does not measure it"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "the node does not measure it"),
        condition("Ready", "True", "KubeletReady", "the sandbox's node runs pods as processes"),
      ],
      addresses: [
        { type: "InternalIP", address: loopback },
        { type: "Hostname", address: nodeName },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: logPort } },
      nodeInfo: {
        architecture: goArchitecture(),
        operatingSystem: "linux",
        osImage: "cross-tenant-identity sandbox (processes, no containers)",
        kernelVersion: release(),
        containerRuntimeVersion: "process://1",
        kubeletVersion,
        kubeProxyVersion: "",
        bootID: "",
        machineID: "",
        systemUUID: "",
      },
    },
  };
}
