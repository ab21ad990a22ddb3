import { agentPoolFields } from "./agent-pool-profile.ts";
import { containerServiceVersion, managedClusterName, managedClusterPath } from "./managed-cluster.ts";
import { forceNew, type ResourceSpec, readOnly, resourceGroupName, text } from "./shape.ts";

/**
 * azure-native:containerservice:AgentPool. Only what the provider's gen/replacement.go lists forces a replacement. Other
 * properties that AKS keeps for life, such as maxPods, are sent and refused: PropertyChangeNotAllowed.
 */
export const agentPool: ResourceSpec = {
  type: "azure-native:containerservice:AgentPool",
  path: `${managedClusterPath}/agentPools/{agentPoolName}`,
  apiVersion: containerServiceVersion,
  pathParameters: {
    resourceGroupName,
    resourceName: managedClusterName,
    // Name rule of the Microsoft.ContainerService specification.
    agentPoolName: {
      shape: { kind: "string", minLength: 1, maxLength: 12, pattern: /^[a-z][a-z0-9]{0,11}$/ },
      required: true,
      autoname: "random",
    },
  },
  // `type` is an input and an output of different meaning in the SDK: the pool's type goes out, and comes back over the resource's.
  top: { name: readOnly(text()) },
  properties: {
    ...agentPoolFields,
    gpuInstanceProfile: forceNew(text()),
    vmSize: forceNew(text()),
  },
};
