import type { PropertyMap } from "../../rpc/values.ts";
import type { ArmClient } from "../arm-client.ts";
import type { ResourceSpec } from "../table/index.ts";

/**
 * A type whose code azure-native writes by hand, because it is no resource of Resource Manager (provider/pkg/resources/
 * customresources). `spec` has its inputs, outputs and what forces a replacement; its path is only an id.
 */
export interface CustomResource {
  spec: ResourceSpec;
  /** Makes it, or brings it to the inputs; both are the same to a data plane. */
  write(arm: ArmClient, id: string, inputs: PropertyMap, isNew: boolean): Promise<PropertyMap>;
  /** Undefined: it is not there. */
  read(arm: ArmClient, id: string, values: PropertyMap): Promise<PropertyMap | undefined>;
  delete(arm: ArmClient, id: string, inputs: PropertyMap): Promise<void>;
}
