import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ClientSecretCredential } from "@azure/identity";
import { type Answer, type CloudFixture, eventually } from "./cloud-fixture.ts";
import type { FakeCluster } from "./fake-clusters.ts";

export const connectedVersion = "2026-05-01";
export const instanceVersion = "2024-01-01";
export const sshKey = `ssh-rsa ${Buffer.alloc(279, 7).toString("base64")} somebody`;

/** Azure Local and Arc as a test sees them. */
export interface ArcWorld {
  group: string;
  customLocation: string;
  logicalNetwork: string;
  /** One request of tenant A's deployer. */
  asDeployer(method: string, path: string, version: string, body?: unknown): Promise<Answer>;
  /** One request of who runs the infrastructure. */
  asAdministrator(method: string, path: string, version: string, body?: unknown): Promise<Answer>;
  /** One request to the sandbox's own address. */
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  connectedPath(name: string): string;
  instancePath(name: string): string;
  instanceBody(properties?: Record<string, unknown>): Record<string, unknown>;
  /** Waits until a resource has left its way. */
  settled(path: string, version: string): Promise<Record<string, unknown>>;
  /** A connected cluster of AKS Arc with its instance, both there. */
  makeCluster(name: string, features?: { oidcIssuer?: boolean; workloadIdentity?: boolean }): Promise<FakeCluster>;
}

/** The connected cluster that AKS Arc asks for. */
export function connectedBody(features: { oidcIssuer?: boolean; workloadIdentity?: boolean } = {}): {
  [name: string]: unknown;
} {
  const { oidcIssuer = true, workloadIdentity = true } = features;
  return {
    location: "eastus",
    kind: "ProvisionedCluster",
    identity: { type: "SystemAssigned" },
    properties: {
      agentPublicKeyCertificate: "",
      aadProfile: { adminGroupObjectIDs: ["eeeeeeee-0000-4000-8000-00000000000e"], enableAzureRBAC: false },
      oidcIssuerProfile: { enabled: oidcIssuer },
      securityProfile: { workloadIdentity: { enabled: workloadIdentity } },
    },
  };
}

/** Makes the infrastructure of an Azure Local machine, by its administrator. */
export async function makeArcWorld(world: CloudFixture): Promise<ArcWorld> {
  const key = readFileSync(join(world.stateDir, "admin-key"), "utf8");
  const admin = (method: string, path: string, body?: unknown) =>
    world.plain(`/sandbox${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const administrator = (await admin("POST", "/administrators", { tenant: "tenantA" })).body;
  const credential = new ClientSecretCredential(
    administrator.tenantId,
    administrator.clientId,
    administrator.clientSecret,
  );
  const asAdministrator: ArcWorld["asAdministrator"] = (method, path, version, body) =>
    world.arm(method, `${path}?api-version=${version}`, { credential, body });
  const asDeployer: ArcWorld["asDeployer"] = (method, path, version, body) =>
    world.arm(method, `${path}?api-version=${version}`, { credential: world.a.credential, body });
  const infrastructure = `${world.a.scope}/resourceGroups/rg-azure-local`;
  const group = `${world.a.scope}/resourceGroups/rg-arc`;
  for (const each of [infrastructure, group]) {
    await asAdministrator("PUT", each, "2021-04-01", { location: "eastus" });
  }
  const customLocation = `${infrastructure}/providers/Microsoft.ExtendedLocation/customLocations/plant-1`;
  const logicalNetwork = `${infrastructure}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet-1`;
  await asAdministrator("PUT", customLocation, "2021-08-15", { location: "eastus", properties: {} });
  await asAdministrator("PUT", logicalNetwork, "2024-01-01", {
    location: "eastus",
    extendedLocation: { type: "CustomLocation", name: customLocation },
    properties: {},
  });
  await admin("PUT", "/arc/delays", { agentMs: 0 });

  const connectedPath = (name: string) => `${group}/providers/Microsoft.Kubernetes/connectedClusters/${name}`;
  const instancePath = (name: string) =>
    `${connectedPath(name)}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
  const instanceBody = (properties: Record<string, unknown> = {}) => ({
    extendedLocation: { type: "CustomLocation", name: customLocation },
    properties: {
      linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
      controlPlane: { count: 1, vmSize: "Standard_A4_v2" },
      agentPoolProfiles: [{ name: "nodepool1", count: 1, vmSize: "Standard_A4_v2", osType: "Linux" }],
      cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [logicalNetwork] } },
      ...properties,
    },
  });
  const settled = (path: string, version: string) =>
    eventually(async () => {
      const { body } = await asDeployer("GET", path, version);
      const state = body.properties?.provisioningState;
      if (!["Succeeded", "Failed"].includes(state)) throw new Error(`still ${state}`);
      return body;
    });
  return {
    group,
    customLocation,
    logicalNetwork,
    asDeployer,
    asAdministrator,
    admin,
    connectedPath,
    instancePath,
    instanceBody,
    settled,
    makeCluster: async (name, features) => {
      expect((await asDeployer("PUT", connectedPath(name), connectedVersion, connectedBody(features))).status).toBe(
        201,
      );
      await settled(connectedPath(name), connectedVersion);
      expect((await asDeployer("PUT", instancePath(name), instanceVersion, instanceBody())).status).toBe(201);
      await settled(instancePath(name), instanceVersion);
      return world.clusters.named(name);
    },
  };
}
