import { readFile } from "node:fs/promises";
import type { BlockBlobClient } from "@azure/storage-blob";
import { isPropertyMap, type PropertyMap, type PropertyValue, stringOf } from "../../rpc/values.ts";
import type { ArmClient } from "../arm-client.ts";
import { anything, forceNew, type ResourceSpec, readOnly, record, resourceGroupName, text } from "../table/shape.ts";
import { accountName, storageAccountPath, storageVersion } from "../table/storage-account.ts";
import type { CustomResource } from "./custom-resource.ts";
import { isMissing, serviceByKey, textAt } from "./storage-connection.ts";

const name = { shape: { kind: "string" }, required: true } as const;

const spec: ResourceSpec = {
  type: "azure-native:storage:Blob",
  path: `${storageAccountPath}/blobServices/default/containers/{containerName}/blobs/{blobName}`,
  apiVersion: storageVersion,
  // The real provider makes a name up too: the resource's own. Here it has to be given.
  pathParameters: { resourceGroupName, accountName, containerName: name, blobName: name },
  top: {
    accessTier: text(),
    contentMd5: forceNew(text()),
    contentType: text(),
    metadata: record(text()),
    name: readOnly(text()),
    source: forceNew(anything()),
    type: forceNew(text()),
    url: readOnly(text()),
  },
};

/** azure-native:storage:Blob: one blob, by the account's key (custom_storage_azidentity.go). Block blobs only. */
export const blob: CustomResource = {
  spec,
  async write(arm, id, inputs, isNew) {
    const client = await clientOf(arm, id, inputs);
    const contentType = stringOf(inputs.contentType);
    const metadata = metadataOf(inputs.metadata);
    if (isNew) {
      if ((stringOf(inputs.type) ?? "Block") !== "Block") {
        throw new Error("The sandbox's azure-native makes Block blobs only.");
      }
      const content = await contentOf(inputs.source);
      const md5 = stringOf(inputs.contentMd5);
      await client.uploadData(content, {
        metadata,
        blobHTTPHeaders: {
          blobContentType: contentType ?? "application/octet-stream",
          ...(md5 === undefined ? {} : { blobContentMD5: Buffer.from(md5, "base64") }),
        },
      });
    } else {
      if (contentType !== undefined) await client.setHTTPHeaders({ blobContentType: contentType });
      if (Object.keys(metadata).length > 0) await client.setMetadata(metadata);
    }
    const tier = stringOf(inputs.accessTier);
    if (tier !== undefined) await client.setAccessTier(tier);
    return outputsOf(client, inputs);
  },

  async read(arm, id, values) {
    try {
      return await outputsOf(await clientOf(arm, id, values), values);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },

  async delete(arm, id, inputs) {
    try {
      await (await clientOf(arm, id, inputs)).delete({ deleteSnapshots: "include" });
    } catch (error) {
      if (!isMissing(error) && !isGone(error)) throw error;
    }
  },
};

async function clientOf(arm: ArmClient, id: string, values: PropertyMap): Promise<BlockBlobClient> {
  const accountId = id.split("/blobServices/")[0] ?? id;
  const service = await serviceByKey(arm, textAt(values, "accountName"), accountId);
  return service.getContainerClient(textAt(values, "containerName")).getBlockBlobClient(textAt(values, "blobName"));
}

async function outputsOf(client: BlockBlobClient, values: PropertyMap): Promise<PropertyMap> {
  const properties = await client.getProperties();
  const outputs: PropertyMap = {
    ...values,
    name: client.name,
    contentType: properties.contentType ?? "",
    metadata: { ...properties.metadata },
    type: (properties.blobType ?? "BlockBlob").replace(/Blob$/, ""),
    url: decodeURIComponent(client.url),
  };
  if (properties.contentMD5 !== undefined) outputs.contentMd5 = Buffer.from(properties.contentMD5).toString("base64");
  if (properties.accessTier !== undefined) outputs.accessTier = properties.accessTier;
  delete outputs.source;
  return outputs;
}

/** The bytes of an asset: a text in the program, or a file of this machine. */
async function contentOf(source: PropertyValue | undefined): Promise<Buffer> {
  if (source === undefined) return Buffer.alloc(0);
  const inText = isPropertyMap(source) ? stringOf(source.text) : undefined;
  if (inText !== undefined) return Buffer.from(inText);
  const path = isPropertyMap(source) ? stringOf(source.path) : undefined;
  if (path !== undefined) return readFile(path);
  throw new Error("The sandbox's azure-native takes a StringAsset or a FileAsset as a blob's source.");
}

function metadataOf(value: PropertyValue | undefined): Record<string, string> {
  const entries = Object.entries(isPropertyMap(value) ? value : {}).flatMap(([key, each]) => {
    const found = stringOf(each);
    return found === undefined ? [] : [[key, found] as const];
  });
  return Object.fromEntries(entries);
}

/** Resource Manager has no keys of an account that is gone. */
function isGone(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "status") === 404;
}
