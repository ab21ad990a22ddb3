import { createHash, randomBytes } from "node:crypto";
import type { Tenant, World } from "../tenant.ts";

/** One block blob. */
export interface StoredBlob {
  content: Buffer;
  contentType: string;
  /** Further headers that a client gave, by their names in answers: `cache-control` and its like. */
  headers: Record<string, string>;
  metadata: Record<string, string>;
  tier: string;
  etag: string;
  created: Date;
  modified: Date;
}

/** One container of blobs. */
export interface StoredContainer {
  /** What anybody may read without signing in, where the account allows it at all. */
  publicAccess: "blob" | "container" | undefined;
  metadata: Record<string, string>;
  blobs: Map<string, StoredBlob>;
  etag: string;
  modified: Date;
}

/** What is set in an account's data plane rather than through Resource Manager. */
export interface StaticWebsite {
  enabled: boolean;
  indexDocument?: string;
  errorDocument404Path?: string;
}

/** The data plane of one storage account. */
export interface BlobAccount {
  name: string;
  tenant: Tenant;
  /** Resource id, the scope of permissions. */
  id: string;
  keys: [string, string];
  /** Set through Resource Manager; absent means true, as in Azure. */
  allowSharedKeyAccess: boolean;
  allowBlobPublicAccess: boolean;
  kind: string;
  sku: string;
  website: StaticWebsite;
  containers: Map<string, StoredContainer>;
}

/** Storage accounts of all tenants: their names are one namespace, because they are host names. */
export class BlobAccounts {
  readonly #byName = new Map<string, BlobAccount>();

  get(name: string): BlobAccount | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  add(account: BlobAccount): void {
    this.#byName.set(account.name.toLowerCase(), account);
  }

  delete(name: string): void {
    this.#byName.delete(name.toLowerCase());
  }
}

const ofWorld = new WeakMap<World, BlobAccounts>();

/** The storage accounts of a simulated cloud; Resource Manager and the data plane share them. */
export function blobAccountsOf(world: World): BlobAccounts {
  const found = ofWorld.get(world) ?? new BlobAccounts();
  ofWorld.set(world, found);
  return found;
}

/** An account key: 64 bytes, as Azure writes them. */
export function newAccountKey(): string {
  return randomBytes(64).toString("base64");
}

export function newContainer(
  publicAccess: StoredContainer["publicAccess"] = undefined,
  metadata: Record<string, string> = {},
): StoredContainer {
  return { publicAccess, metadata, blobs: new Map(), etag: newEtag(), modified: new Date() };
}

export function newEtag(): string {
  return `"0x8D${randomBytes(7).toString("hex").toUpperCase().slice(0, 13)}"`;
}

/** The MD5 sum of a content, as its header has it. */
export function md5Of(content: Buffer): string {
  return createHash("md5").update(content).digest("base64");
}
