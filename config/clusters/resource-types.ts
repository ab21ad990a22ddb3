/** Types of the Azure resources that config names by id or by name, as Resource Manager calls them. */

export const managedClusterType = "Microsoft.ContainerService/managedClusters";
export const connectedClusterType = "Microsoft.Kubernetes/connectedClusters";
export const customLocationType = "Microsoft.ExtendedLocation/customLocations";
export const logicalNetworkType = "Microsoft.AzureStackHCI/logicalNetworks";
