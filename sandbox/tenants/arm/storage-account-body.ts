import type { TenantSpec } from "../../topology.ts";
import { namesOf } from "../azure-clouds.ts";
import { isRecord, recordAt } from "./call.ts";

/** What Azure fills in once. */
export interface AccountState {
  name: string;
  location: string;
  created: string;
  provisioningState: string;
}

/** The zone in the host name of a static website; Azure gives each account one of some dozens. */
export const websiteZone = "z13";

/** The body of a storage account: what was sent, and what Azure fills in. */
export function accountBody(
  sent: Record<string, unknown>,
  state: AccountState,
  { environment, tenantId }: TenantSpec,
): Record<string, unknown> {
  const properties = recordAt(sent, "properties");
  const { name: sku = "Standard_LRS" } = recordAt(sent, "sku");
  const { storage } = namesOf(environment);
  const endpoint = (service: string) => `https://${state.name}.${service}.${storage}/`;
  const services = Object.fromEntries(
    ["blob", "dfs", "queue", "table", "file"].map((service) => [service, endpoint(service)]),
  );
  const identity = recordAt(sent, "identity");
  return {
    sku: { name: sku, tier: String(sku).split("_")[0] },
    kind: sent.kind,
    ...(isRecord(sent.identity) ? { identity: { ...identity, tenantId } } : {}),
    properties: {
      accessTier: "Hot",
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      minimumTlsVersion: "TLS1_2",
      supportsHttpsTrafficOnly: true,
      networkAcls: { bypass: "AzureServices", virtualNetworkRules: [], ipRules: [], defaultAction: "Allow" },
      encryption: {
        services: { blob: encrypted(state), file: encrypted(state) },
        keySource: "Microsoft.Storage",
      },
      ...properties,
      privateEndpointConnections: [],
      keyCreationTime: { key1: state.created, key2: state.created },
      creationTime: state.created,
      primaryLocation: state.location,
      statusOfPrimary: "available",
      primaryEndpoints: { ...services, web: endpoint(`${websiteZone}.web`) },
      provisioningState: state.provisioningState,
    },
  };
}

function encrypted({ created }: AccountState): Record<string, unknown> {
  return { keyType: "Account", enabled: true, lastEnabledTime: created };
}
