import { anything, type FunctionSpec, readOnly, text } from "./shape.ts";

/**
 * azure-native:hybridcontainerservice:listProvisionedClusterInstance{Admin,User}Kubeconfig. Azure answers with 202 and an
 * address, and azure-native does not follow it: its Post takes 200 and 201 only (provider/pkg/azure/client_azcore.go). So
 * this fails here as it fails there, and a program has to ask Resource Manager itself.
 */
function kubeconfig(role: "Admin" | "User"): FunctionSpec {
  return {
    token: `azure-native:hybridcontainerservice:listProvisionedClusterInstance${role}Kubeconfig`,
    method: "POST",
    path: `/{connectedClusterResourceUri}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default/list${role}Kubeconfig`,
    apiVersion: "2024-01-01",
    pathParameters: { connectedClusterResourceUri: { shape: { kind: "string" }, required: true, raw: true } },
    top: {
      error: anything(),
      id: readOnly(text()),
      name: readOnly(text()),
      properties: readOnly(anything()),
      resourceId: readOnly(text()),
      status: readOnly(text()),
    },
  };
}

export const hybridKubeconfigs: readonly FunctionSpec[] = [kubeconfig("Admin"), kubeconfig("User")];
