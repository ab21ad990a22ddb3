import {
  forceNew,
  identification,
  object,
  type ResourceSpec,
  readOnly,
  required,
  resourceGroupName,
  tags,
  text,
} from "./shape.ts";

/** azure-native:resources:ResourceGroup */
export const resourceGroup: ResourceSpec = {
  type: "azure-native:resources:ResourceGroup",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
  apiVersion: "2024-03-01",
  pathParameters: { resourceGroupName: { ...resourceGroupName, autoname: "random" } },
  top: {
    ...identification,
    location: forceNew(required(text())),
    managedBy: text(),
    tags: tags(),
    properties: readOnly(object({ provisioningState: readOnly(text()) })),
  },
};
