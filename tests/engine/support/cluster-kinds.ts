import { type ArmSender, administratorOf } from "./administrator.ts";
import { bothSides, type StackConfig, tenantA } from "./configs.ts";
import { type Engine, mustSucceed } from "./engine.ts";

/** One way in which a cluster comes to be, or is there already. */
export interface ClusterKind {
  kind: "aks" | "existingAks" | "aksArc" | "connected" | "kubernetes";
  /** Makes what has to be there before the stack, past Pulumi, and says the stack's `cluster`. */
  prepare(engine: Engine): Promise<StackConfig>;
  /** What a destroy leaves in Azure, because the stack did not make it: the ends of their resource ids. */
  leaves: string[];
}

const subscription = `/subscriptions/${tenantA.subscriptionId}`;

/** A resource group of tenant A that somebody else made. */
export async function makeGroup(engine: Engine, name: string): Promise<string> {
  const id = `${subscription}/resourceGroups/${name}`;
  await put(engine, id, "2021-04-01", { location: tenantA.location });
  return id;
}

/** PUT past Pulumi, by the deployer of tenant A unless given; waits until the resource says Succeeded. */
export async function put(
  engine: Engine,
  id: string,
  apiVersion: string,
  body: unknown,
  send: ArmSender = (...request) => engine.armOf("tenantA", ...request),
): Promise<void> {
  const answer = await send("PUT", id, apiVersion, body);
  if (answer.status >= 300) throw new Error(`PUT ${id}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { body: now } = await engine.armOf("tenantA", "GET", id, apiVersion);
    const state = (now as { properties?: { provisioningState?: string } }).properties?.provisioningState;
    if (state === undefined || state === "Succeeded") return;
    if (state === "Failed" || Date.now() > deadline) throw new Error(`${id} is ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export const managedClusterVersion = "2025-09-01";

/** A managed cluster of somebody else, as the portal makes one: neither issuer nor workload identity. */
export async function makeManagedCluster(
  engine: Engine,
  name: string,
  properties: Record<string, unknown> = {},
): Promise<string> {
  const group = await makeGroup(engine, "rg-platform");
  const id = `${group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  await put(engine, id, managedClusterVersion, {
    location: tenantA.location,
    tags: { owner: "platform" },
    sku: { name: "Base", tier: "Standard" },
    identity: { type: "SystemAssigned" },
    properties: {
      dnsPrefix: name,
      enableRBAC: true,
      agentPoolProfiles: [{ name: "system", mode: "System", count: 2, vmSize: "Standard_D2s_v5", osType: "Linux" }],
      // Said, because a new cluster of Kubernetes 1.34 and later has an issuer unless it is.
      oidcIssuerProfile: { enabled: false },
      ...properties,
    },
  });
  return id;
}

/** Custom location and logical network of an Azure Local machine, which its administrator made. */
export async function makeAzureLocal(engine: Engine): Promise<{ customLocation: string; logicalNetwork: string }> {
  const group = await makeGroup(engine, "rg-azure-local");
  const administrator = await administratorOf(engine, "tenantA");
  const { location } = tenantA;
  const customLocation = `${group}/providers/Microsoft.ExtendedLocation/customLocations/plant-1`;
  await put(
    engine,
    customLocation,
    "2021-08-15",
    {
      location,
      properties: { namespace: "plant-1", hostType: "Kubernetes", displayName: "plant-1" },
    },
    administrator,
  );
  const logicalNetwork = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet-1`;
  await put(
    engine,
    logicalNetwork,
    "2024-01-01",
    {
      location,
      extendedLocation: { type: "CustomLocation", name: customLocation },
      properties: {},
    },
    administrator,
  );
  return { customLocation, logicalNetwork };
}

export interface PlainCluster {
  context: string;
  kubeconfigFile: string;
  issuerUrl: string;
}

/** A cluster that no Azure knows, with an issuer that everybody can read. */
export function makePlainCluster(
  engine: Engine,
  name: string,
  options: { issuerUrl?: string; publish?: boolean } = {},
): Promise<PlainCluster> {
  return engine.admin<PlainCluster>("POST", "/sandbox/clusters", { name, ...options });
}

/** A stack with both sides whose cluster is nothing of Azure's: it needs no tenant A. */
export function plainStack({ issuerUrl, kubeconfigFile }: PlainCluster, changes: StackConfig = {}): StackConfig {
  const { tenantA: _, ...rest } = bothSides({
    cluster: {
      kind: "kubernetes",
      name: "eks-demo",
      oidcIssuerUrl: issuerUrl,
      kubeconfig: { path: kubeconfigFile },
      ...changes,
    },
  });
  return rest;
}

/** A cluster that runs elsewhere and is connected to Azure Arc, as `az connectedk8s connect` does it. */
export async function makeConnectedCluster(
  engine: Engine,
  name: string,
  features: { oidcIssuer: boolean; workloadIdentity: boolean } = { oidcIssuer: true, workloadIdentity: true },
): Promise<PlainCluster> {
  await makeGroup(engine, "rg-arc");
  const cluster = await makePlainCluster(engine, name, { publish: false });
  await engine.admin("POST", `/sandbox/clusters/${cluster.context}/connect`, {
    tenant: "tenantA",
    resourceGroup: "rg-arc",
    name,
    ...features,
  });
  return cluster;
}

export const clusterKinds: readonly ClusterKind[] = [
  {
    kind: "aks",
    prepare: async () => ({ kind: "aks", name: "aks-made", resourceGroup: "rg-made" }),
    leaves: [],
  },
  {
    kind: "existingAks",
    async prepare(engine) {
      await makeManagedCluster(engine, "aks-there");
      return { kind: "existingAks", resourceGroup: "rg-platform", name: "aks-there", enable: true };
    },
    leaves: ["rg-platform", "managedClusters/aks-there", "MC_rg-platform_aks-there_eastus"],
  },
  {
    kind: "aksArc",
    async prepare(engine) {
      const { customLocation, logicalNetwork } = await makeAzureLocal(engine);
      const adminGroupObjectIds = ["eeeeeeee-0000-4000-8000-00000000000e"];
      return {
        kind: "aksArc",
        name: "arc-made",
        resourceGroup: "rg-made",
        customLocation,
        logicalNetwork,
        adminGroupObjectIds,
      };
    },
    leaves: ["rg-azure-local", "customLocations/plant-1", "logicalNetworks/lnet-1"],
  },
  {
    kind: "connected",
    async prepare(engine) {
      const { kubeconfigFile } = await makeConnectedCluster(engine, "edge-there");
      return {
        kind: "connected",
        resourceGroup: "rg-arc",
        name: "edge-there",
        kubeconfig: { path: kubeconfigFile },
      };
    },
    leaves: ["rg-arc", "connectedClusters/edge-there"],
  },
  {
    kind: "kubernetes",
    async prepare(engine) {
      const { issuerUrl, kubeconfigFile } = await makePlainCluster(engine, "eks-there");
      return {
        kind: "kubernetes",
        name: "eks-there",
        oidcIssuerUrl: issuerUrl,
        kubeconfig: { path: kubeconfigFile },
      };
    },
    leaves: [],
  },
];

/** Takes everything in a resource group of tenant A away, past Pulumi. */
export async function removeGroup(engine: Engine, name: string): Promise<void> {
  const id = `${subscription}/resourceGroups/${name}`;
  const { status } = await engine.armOf("tenantA", "DELETE", id, "2021-04-01");
  if (status === 404) return;
  const deadline = Date.now() + 60_000;
  while ((await engine.armOf("tenantA", "GET", id, "2021-04-01")).status !== 404) {
    if (Date.now() > deadline) throw new Error(`The resource group ${name} does not go.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** `kubectl` with a kubeconfig of its own; fails when kubectl does. */
export async function kubectlWith(engine: Engine, kubeconfig: string, ...args: string[]): Promise<string> {
  return mustSucceed(await engine.kubectl("--kubeconfig", kubeconfig, ...args)).stdout;
}
