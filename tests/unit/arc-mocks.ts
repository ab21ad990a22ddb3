import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, ClusterContext } from "../../components/clusters/cluster";
import { tenantId } from "../../federation/ids";
import { load, tenantA } from "./config-fixtures";

type Inputs = Record<string, unknown>;

export interface MadeResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
}

export interface ArcWorld {
  /** What Azure answers to the reading of a resource, by type and name; one that is not listed is a 404. */
  readonly existing?: Record<string, Inputs>;
  /** In place of the 404: the answer to every reading. */
  readonly refusal?: string;
}

export interface ArcRun {
  readonly made: readonly MadeResource[];
  /** Functions that were called, each with the number of resources that there were. */
  readonly calls: readonly { readonly token: string; readonly madeBefore: number }[];
  readonly warnings: readonly string[];
  readonly cluster?: Cluster;
  readonly error?: Error;
}

export const arcIssuer = "https://northamerica.oic.prod-arc.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";

/** Config of a cluster on Azure Local, with the place for it given by name. */
export const aksArc = {
  kind: "aksArc",
  name: "arc-wi-demo",
  resourceGroup: "rg-arc-demo",
  customLocation: { name: "site", resourceGroup: "rg-local" },
  logicalNetwork: { name: "lnet", resourceGroup: "rg-local" },
  adminGroupObjectIds: ["99999999-0000-4000-8000-000000000009"],
} as const;

/** Makes one cluster against mocks that record every resource and answer for Azure's readings. */
export async function runArc<Config>(
  make: (config: Config, context: ClusterContext) => Promise<Cluster>,
  config: Config,
  world: ArcWorld = {},
  changes: Partial<ClusterContext> = {},
): Promise<ArcRun> {
  const made: MadeResource[] = [];
  const calls: { token: string; madeBefore: number }[] = [];
  const warnings: string[] = [];
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warnings.push(text));
  await pulumi.runtime.setMocks(mocks(made, calls, world), "cross-tenant-identity", "test", false, "organization");
  try {
    const cluster = await make(config, { ...context(changes.environment), ...changes });
    await pulumi.runtime.disconnect();
    return { made, calls, warnings, cluster };
  } catch (error) {
    return { made, calls, warnings, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    warn.mockRestore();
  }
}

/** A cluster's config of one kind, as the schemas and rules leave it. */
export function clusterConfig<Kind extends string>(values: Inputs & { kind: Kind }, workloads: unknown[] = []) {
  const { cluster } = load({
    tenantA,
    cluster: values,
    workloads,
    identityStack: workloads.length > 0 ? "b" : undefined,
  });
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== values.kind) throw new Error("another kind");
  return cluster as Extract<typeof cluster, { kind: Kind }>;
}

function context(environment: ClusterContext["environment"] = "public"): ClusterContext {
  const connected = load({ tenantA, cluster: { kind: "aks", name: "any", resourceGroup: "any" } }).tenantA;
  if (connected === undefined) throw new Error("no tenant A");
  return {
    tenantA: {
      provider: new Provider("tenantA", {}),
      tenantId: connected.tenantId,
      subscriptionId: connected.subscriptionId,
      location: "eastus",
      environment,
      tags: { team: "edge" },
      signIn: { way: undefined, clientId: undefined, tokenFile: undefined },
    },
    stack: "organization.cross-tenant-identity.test",
    runsWorkloads: true,
    tenantId: tenantId(tenantA.tenantId),
    environment,
    confirmedChanges: [],
  };
}

function mocks(
  made: MadeResource[],
  calls: { token: string; madeBefore: number }[],
  { existing = {}, refusal }: ArcWorld,
): pulumi.runtime.Mocks {
  return {
    newResource({ type, name, inputs }) {
      if (type !== "pulumi:providers:azure-native") made.push({ type, name, inputs });
      return { id: `/id/${name}`, state: { ...inputs, ...stateOf(type) } };
    },
    call({ token, inputs }) {
      calls.push({ token, madeBefore: made.length });
      switch (token) {
        case "azure-native:resources:getResource": {
          const found = existing[`${inputs.resourceType} ${inputs.resourceName}`];
          if (refusal !== undefined) throw answered(refusal);
          if (found === undefined)
            throw answered(`Status=404 Code="ResourceNotFound" Message="no ${inputs.resourceName}"`);
          return { id: `/found/${inputs.resourceName}`, ...found };
        }
        case "azure-native:authorization:getClientToken":
          return { token: "access-token" };
        default:
          throw new Error(`nobody expected a call of ${token}`);
      }
    },
  };
}

function stateOf(type: string): Inputs {
  if (type === "pulumi-nodejs:dynamic/azure:ArcAgents") return { issuerUrl: arcIssuer };
  if (type === "pulumi-nodejs:dynamic/azure:ArcAdminKubeconfig") return { kubeconfig: "apiVersion: v1" };
  if (type === "pulumi-nodejs:dynamic/crypto:SshKey") return { publicKey: "ssh-rsa AAAA made", privateKey: "PRIVATE" };
  return {};
}

/** An error as the engine hands it over. */
function answered(details: string): Error {
  return Object.assign(new Error(details), { details });
}
