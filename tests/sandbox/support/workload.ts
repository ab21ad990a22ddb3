import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkloadIdentityCredential } from "@azure/identity";
import type { CloudFixture } from "./cloud-fixture.ts";
import type { FakeCluster } from "./fake-clusters.ts";

export const audience = "api://AzureADTokenExchange";
export const subject = "system:serviceaccount:default:wi-demo-account";

/** The body of a managed cluster with issuer and workload identity. */
export const clusterBody = {
  location: "eastus",
  dnsPrefix: "demo",
  identity: { type: "SystemAssigned" as const },
  agentPoolProfiles: [{ name: "system", mode: "System", count: 2, vmSize: "Standard_D2s_v5" }],
  oidcIssuerProfile: { enabled: true },
  securityProfile: { workloadIdentity: { enabled: true } },
};

/** Makes a resource group in tenant A with a cluster in it. */
export async function createCluster(world: CloudFixture, group: string, name: string): Promise<FakeCluster> {
  await world.a.resources.resourceGroups.createOrUpdate(group, { location: "eastus" });
  await world.a.clusters.managedClusters.createOrUpdate(group, name, clusterBody, { updateIntervalInMs: 10 });
  return world.clusters.named(name);
}

/** An identity of tenant B. */
export interface DemoIdentity {
  name: string;
  clientId: string;
  principalId: string;
}

/** Makes a resource group in tenant B with an identity in it. */
export async function createIdentity(world: CloudFixture, group: string, name: string): Promise<DemoIdentity> {
  await world.b.resources.resourceGroups.createOrUpdate(group, { location: "eastus" });
  const { clientId = "", principalId = "" } = await world.b.identities.userAssignedIdentities.createOrUpdate(
    group,
    name,
    {
      location: "eastus",
    },
  );
  return { name, clientId, principalId };
}

/** The credential that a pod has: a projected token in a file, exchanged at tenant B. */
export function podCredential(world: CloudFixture, clientId: string, token: string): WorkloadIdentityCredential {
  const tokenFilePath = join(world.stateDir, `token-${Math.random().toString(36).slice(2)}`);
  writeFileSync(tokenFilePath, token);
  return new WorkloadIdentityCredential({ tenantId: world.b.spec.tenantId, clientId, tokenFilePath });
}
