import { type PropertyMap, stringOf } from "../../rpc/values.ts";
import { type ResourceSpec, readOnly, resourceGroupName, text } from "../table/shape.ts";
import { accountName, storageAccountPath, storageVersion } from "../table/storage-account.ts";
import type { CustomResource } from "./custom-resource.ts";
import { isMissing, serviceByToken, textAt } from "./storage-connection.ts";

const spec: ResourceSpec = {
  type: "azure-native:storage:StorageAccountStaticWebsite",
  path: `${storageAccountPath}/staticWebsite`,
  apiVersion: storageVersion,
  pathParameters: { resourceGroupName, accountName },
  top: { containerName: readOnly(text()), error404Document: text(), indexDocument: text() },
};

/** azure-native:storage:StorageAccountStaticWebsite: settings of the Blob service (custom_storage_azidentity.go). */
export const staticWebsite: CustomResource = {
  spec,
  async write(arm, _id, inputs) {
    const service = await serviceByToken(arm, textAt(inputs, "accountName"));
    const indexDocument = stringOf(inputs.indexDocument);
    const errorDocument404Path = stringOf(inputs.error404Document);
    await service.setProperties({
      staticWebsite: {
        enabled: true,
        ...(indexDocument === undefined ? {} : { indexDocument }),
        ...(errorDocument404Path === undefined ? {} : { errorDocument404Path }),
      },
    });
    return { ...inputs, containerName: "$web" };
  },

  async read(arm, _id, values) {
    const service = await serviceByToken(arm, textAt(values, "accountName"));
    try {
      await service.getAccountInfo();
      const { staticWebsite: site } = await service.getProperties();
      if (site?.enabled !== true) return undefined;
      const outputs: PropertyMap = { ...values, containerName: "$web" };
      if (site.indexDocument !== undefined) outputs.indexDocument = site.indexDocument;
      if (site.errorDocument404Path !== undefined) outputs.error404Document = site.errorDocument404Path;
      return outputs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },

  async delete(arm, _id, inputs) {
    const service = await serviceByToken(arm, textAt(inputs, "accountName"));
    try {
      await service.getAccountInfo();
      await service.setProperties({ staticWebsite: { enabled: false } });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
};
