import { isRecord, recordAt } from "./call.ts";
import { type ArcFeatures, knowsFeatures, knowsKind } from "./connected-cluster-rules.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";

/** What Azure fills in or keeps beside what was sent. */
export interface ConnectedState {
  principalId: string;
  tenantId: string;
  kubernetesVersion: string;
  features: ArcFeatures;
  /** Shown only when the agents have reported it. */
  issuerUrl: string | undefined;
  provisioningState: string;
  agentState: "Pending" | "Succeeded" | "Failed";
  connectivityStatus: "Connecting" | "Connected" | "Offline" | "AgentNotInstalled";
}

const agentVersion = "1.31.2";

/** The body of a connected cluster: what was sent, and what Azure fills in. */
export function connectedBody(sent: Record<string, unknown>, state: ConnectedState): Record<string, unknown> {
  const properties = recordAt(sent, "properties");
  const connected = state.connectivityStatus === "Connected";
  const aad = properties.aadProfile;
  return {
    identity: { type: "SystemAssigned", principalId: state.principalId, tenantId: state.tenantId },
    ...(typeof sent.kind === "string" ? { kind: sent.kind } : {}),
    properties: {
      azureHybridBenefit: "NotApplicable",
      privateLinkState: "Disabled",
      distribution: "generic",
      infrastructure: sent.kind === undefined ? "generic" : "azure_stack_hci",
      ...properties,
      ...(isRecord(aad) ? { aadProfile: { enableAzureRBAC: false, tenantID: state.tenantId, ...aad } } : {}),
      provisioningState: state.provisioningState,
      connectivityStatus: state.connectivityStatus,
      arcAgentProfile: {
        agentAutoUpgrade: "Enabled",
        systemComponents: [],
        ...recordAt(properties, "arcAgentProfile"),
        agentState: state.agentState,
        agentErrors: [],
      },
      oidcIssuerProfile: {
        ...recordAt(properties, "oidcIssuerProfile"),
        enabled: state.features.oidcIssuer,
        ...(state.issuerUrl === undefined ? {} : { issuerUrl: state.issuerUrl }),
      },
      securityProfile: { workloadIdentity: { enabled: state.features.workloadIdentity } },
      ...(connected
        ? {
            agentVersion,
            kubernetesVersion: state.kubernetesVersion,
            totalNodeCount: 1,
            totalCoreCount: 2,
            lastConnectivityTime: new Date().toISOString(),
          }
        : {}),
    },
  };
}

/** The resource as an API version shows it: what came later is not there. */
export function connectedJson(cluster: StoredResource, apiVersion: string): Record<string, unknown> {
  const json = resourceJson(cluster);
  const { arcAgentProfile, aadProfile, oidcIssuerProfile, securityProfile, gateway, ...properties } = recordAt(
    json,
    "properties",
  );
  const { kind, ...rest } = json;
  return {
    ...rest,
    ...(knowsKind(apiVersion) && kind !== undefined ? { kind } : {}),
    properties: {
      ...properties,
      ...(knowsKind(apiVersion) ? present({ aadProfile, arcAgentProfile }) : {}),
      ...(knowsFeatures(apiVersion) ? present({ oidcIssuerProfile, securityProfile, gateway }) : {}),
    },
  };
}

function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
