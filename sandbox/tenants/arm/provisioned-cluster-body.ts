import { isRecord, recordAt } from "./call.ts";

/** The body of a provisioned cluster instance: what was sent, and what Azure fills in. */
export function instanceBody(
  sent: Record<string, unknown>,
  provisioningState: string,
  kubernetesVersion: string,
  error?: string,
): Record<string, unknown> {
  const properties = recordAt(sent, "properties");
  const ready = provisioningState === "Succeeded" || provisioningState === "Updating";
  return {
    extendedLocation: sent.extendedLocation,
    properties: {
      ...properties,
      kubernetesVersion: properties.kubernetesVersion ?? kubernetesVersion,
      controlPlane: { count: 1, vmSize: "Standard_A4_v2", ...recordAt(properties, "controlPlane") },
      networkProfile: {
        networkPolicy: "calico",
        podCidr: "10.244.0.0/16",
        loadBalancerProfile: { count: 0 },
        ...recordAt(properties, "networkProfile"),
      },
      agentPoolProfiles: poolsOf(properties, kubernetesVersion),
      storageProfile: {
        smbCsiDriver: { enabled: true },
        nfsCsiDriver: { enabled: true },
        ...recordAt(properties, "storageProfile"),
      },
      licenseProfile: { azureHybridBenefit: "NotApplicable", ...recordAt(properties, "licenseProfile") },
      provisioningState,
      status: {
        controlPlaneStatus: ready ? [{ name: "ArcAgents", phase: "provisioned", ready: true }] : [],
        currentState: provisioningState,
        ...(error === undefined ? {} : { errorMessage: error }),
      },
    },
  };
}

function poolsOf(properties: Record<string, unknown>, kubernetesVersion: string): Record<string, unknown>[] {
  const pools = properties.agentPoolProfiles;
  return (Array.isArray(pools) ? pools.filter(isRecord) : []).map((pool) => ({
    count: 1,
    vmSize: "Standard_A4_v2",
    osType: "Linux",
    osSKU: pool.osType === "Windows" ? "Windows2022" : "CBLMariner",
    ...pool,
    kubernetesVersion,
  }));
}
