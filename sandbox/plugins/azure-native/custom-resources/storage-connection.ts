import type { BlobServiceClient } from "@azure/storage-blob";
import { type PropertyMap, type PropertyValue, stringOf } from "../../rpc/values.ts";
import type { ArmClient } from "../arm-client.ts";
import { storageVersion } from "../table/storage-account.ts";

// As azure-native itself chooses the domain: by the authority that it signs in with.
const domains: Record<string, string> = {
  "https://login.chinacloudapi.cn": "blob.core.chinacloudapi.cn",
  "https://login.microsoftonline.us": "blob.core.usgovcloudapi.net",
};

/** An account's service for who is signed in: it needs permissions of the service, not a key. */
export async function serviceByToken(arm: ArmClient, account: string): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const { cloud, credential } = await arm.signIn();
  return new BlobServiceClient(accountUrl(cloud.authorityHost, account), credential);
}

/** An account's service by its first key, which is asked of Resource Manager every time. */
export async function serviceByKey(arm: ArmClient, account: string, accountId: string): Promise<BlobServiceClient> {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const { cloud } = await arm.signIn();
  const { keys } = await arm.post(`${accountId}/listKeys`, { "api-version": storageVersion });
  const key = firstKey(keys);
  if (key === undefined) throw new Error(`no keys for storage account "${account}"`);
  return new BlobServiceClient(accountUrl(cloud.authorityHost, account), new StorageSharedKeyCredential(account, key));
}

/** A text among the values of a resource. @throws Error when it is not there */
export function textAt(values: PropertyMap, name: string): string {
  const value = stringOf(values[name]);
  if (value === undefined || value === "") throw new Error(`"${name}" not found in resource state`);
  return value;
}

/** Whether the service said that there is no such thing. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // An account that is gone has no address any more.
  const code: unknown = Reflect.get(error, "code");
  return Reflect.get(error, "statusCode") === 404 || code === "ENOTFOUND";
}

function accountUrl(authorityHost: string, account: string): string {
  return `https://${account}.${domains[authorityHost] ?? "blob.core.windows.net"}`;
}

function firstKey(keys: PropertyValue | undefined): string | undefined {
  const [first] = Array.isArray(keys) ? keys : [];
  return typeof first === "object" && first !== null && "value" in first ? stringOf(first.value) : undefined;
}
