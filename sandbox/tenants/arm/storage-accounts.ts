import type { Router } from "express";
import { type BlobAccount, blobAccountsOf, newAccountKey } from "../blob-storage/accounts.ts";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, isRecord, objectBody, operation, recordAt, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { retryAfter } from "./operations.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";
import { type AccountState, accountBody } from "./storage-account-body.ts";
import {
  checkAccountBody,
  checkAccountName,
  checkAccountUnchanged,
  invalidName,
  isAccountName,
} from "./storage-account-rules.ts";

const type = fullType(knownTypes.storageAccounts);
const subscription = "/subscriptions/:subscriptionId";
const inGroup = `${subscription}/resourceGroups/:resourceGroup/providers/Microsoft.Storage/storageAccounts`;
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.storageAccounts });

interface Live {
  sent: Record<string, unknown>;
  state: AccountState;
  blobs: BlobAccount;
}

/** Serves storage accounts. Their blobs are in ../blob-storage; queues, tables and files are not simulated. */
export function serveStorageAccounts(router: Router, world: World): void {
  const accounts = new StorageAccounts(world);
  const list = (call: ArmCall, scope?: string) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, scope).map(resourceJson) },
  });
  const root = `${subscription}/providers/Microsoft.Storage`;
  operation(router, world, "get", `${root}/storageAccounts`, may("read"), (call) => list(call));
  operation(router, world, "get", inGroup, may("read"), (call) => list(call, groupOf(call).id));
  const names = {
    action: "Microsoft.Storage/checkNameAvailability/read",
    versions: knownTypes.storageNames,
    scope: (call: ArmCall) => `/subscriptions/${call.tenant.spec.subscriptionId}`,
  };
  operation(router, world, "post", `${root}/checkNameAvailability`, names, (call) => checkName(call));
  const one = `${inGroup}/:account`;
  operation(router, world, "get", one, may("read"), (call) => ({ status: 200, body: resourceJson(accountOf(call)) }));
  operation(router, world, "put", one, may("write"), (call) => accounts.put(call));
  operation(router, world, "patch", one, may("write"), (call) => accounts.patch(call));
  operation(router, world, "delete", one, may("delete"), async (call) => {
    const account = call.tenant.resources.get(`${groupOf(call).id}/providers/${type}/${call.param("account")}`);
    if (account === undefined) return { status: 204 };
    await call.tenant.resources.delete(account.id);
    call.tenant.access.dropScope(account.id);
    return { status: 200 };
  });
  operation(router, world, "post", `${one}/listKeys`, may("listkeys/action"), (call) => accounts.keys(call));
  operation(router, world, "post", `${one}/regenerateKey`, may("regeneratekey/action"), (call) => accounts.renew(call));
  // Whoever may make an account may ask how that does: the role Storage Account Contributor has no more than its type.
  const poll = { ...may("read"), versions: knownTypes.storageOperations, scope: accounts.scopeOfOperation };
  operation(router, world, "get", `${root}/locations/:location/asyncoperations/:operation`, poll, (call) =>
    accounts.progress(call),
  );
}

/** The account that a path names, or Azure's 404. */
function accountOf(call: ArmCall): StoredResource {
  const group = groupOf(call);
  const account = call.tenant.resources.get(`${group.id}/providers/${type}/${call.param("account")}`);
  if (account === undefined) throw armErrors.resourceNotFound(type, call.param("account"), group.name);
  return account;
}

function checkName(call: ArmCall): ArmAnswer {
  const name = String(objectBody(call).name ?? "");
  const refused = (reason: string, message: string) => ({ nameAvailable: false, reason, message });
  const body = !isAccountName(name)
    ? refused("AccountNameInvalid", invalidName(name))
    : blobAccountsOf(call.world).get(name) !== undefined
      ? refused("AlreadyExists", `The storage account named ${name} is already taken.`)
      : { nameAvailable: true };
  return { status: 200, body };
}

/** The accounts, and what belongs to each beside its resource. */
class StorageAccounts {
  readonly #live = new WeakMap<StoredResource, Live>();
  readonly #created = new Map<string, StoredResource>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  put(call: ArmCall): ArmAnswer {
    const body = objectBody(call);
    const group = openGroupOf(call);
    const name = call.param("account");
    checkAccountName(name);
    if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
    const location = regionName(body.location);
    if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
    checkAccountBody(body);
    const existing = call.tenant.resources.get(`${group.id}/providers/${type}/${name}`);
    if (existing !== undefined) {
      if (existing.location !== location) {
        throw armErrors.locationFixed(existing.name, type, group.name, existing.location ?? "");
      }
      checkAccountUnchanged(body, existing.body);
      return this.#write(existing, body, tagsOf(body));
    }
    this.#checkFree(call, name);
    return this.#create(call, `${group.id}/providers/${type}/${name}`, name, location, body);
  }

  patch(call: ArmCall): ArmAnswer {
    const account = accountOf(call);
    const body = objectBody(call);
    checkAccountUnchanged(body, account.body);
    const { sent } = this.#of(account);
    const merged = {
      ...sent,
      ...(isRecord(body.sku) ? { sku: body.sku } : {}),
      ...(typeof body.kind === "string" ? { kind: body.kind } : {}),
      ...(isRecord(body.identity) ? { identity: body.identity } : {}),
      properties: { ...recordAt(sent, "properties"), ...recordAt(body, "properties") },
    };
    return this.#write(account, merged, tagsOf(body) ?? account.tags);
  }

  keys(call: ArmCall): ArmAnswer {
    const { blobs, state } = this.#of(accountOf(call));
    const keys = blobs.keys.map((value, index) => ({
      creationTime: state.created,
      keyName: `key${index + 1}`,
      value,
      permissions: "FULL",
    }));
    return { status: 200, body: { keys } };
  }

  renew(call: ArmCall): ArmAnswer {
    const { blobs } = this.#of(accountOf(call));
    const name = objectBody(call).keyName;
    if (name !== "key1" && name !== "key2") {
      throw new ArmError(
        400,
        "InvalidValuesForRequestParameters",
        "Values for request parameters are invalid: keyName.",
      );
    }
    blobs.keys[name === "key1" ? 0 : 1] = newAccountKey();
    return this.keys(call);
  }

  /** 202 with the same address while it runs, then the account: how Microsoft.Storage has always done it. */
  progress(call: ArmCall): ArmAnswer {
    const { status, error } = call.tenant.operations.get(call.param("operation"));
    if (status === "InProgress") return this.#accepted(call, call.param("operation"), call.param("location"));
    if (error !== undefined) throw new ArmError(409, error.code, error.message);
    const account = this.#created.get(call.param("operation"));
    return account === undefined ? { status: 204 } : { status: 200, body: resourceJson(account) };
  }

  readonly scopeOfOperation = (call: ArmCall): string =>
    this.#created.get(call.param("operation"))?.id ?? `/subscriptions/${call.tenant.spec.subscriptionId}`;

  #create(call: ArmCall, id: string, name: string, location: string, sent: Record<string, unknown>): ArmAnswer {
    const { tenant } = call;
    const accounts = blobAccountsOf(this.#world);
    const state = { name, location, created: new Date().toISOString(), provisioningState: "Creating" };
    const blobs: BlobAccount = {
      name,
      tenant,
      id,
      keys: [newAccountKey(), newAccountKey()],
      allowSharedKeyAccess: true,
      allowBlobPublicAccess: false,
      kind: "",
      sku: "",
      website: { enabled: false },
      containers: new Map(),
    };
    const account: StoredResource = { id, name, type, location, body: {}, onDelete: async () => accounts.delete(name) };
    const live: Live = { sent, state, blobs };
    this.#live.set(account, live);
    this.#write(account, sent, tagsOf(sent));
    tenant.resources.put(account);
    accounts.add(blobs);
    const started = tenant.operations.start(async () => {
      state.provisioningState = "Succeeded";
      this.#write(account, live.sent, account.tags);
    }, this.#world.log);
    this.#created.set(started.id, account);
    return this.#accepted(call, started.id, location);
  }

  #write(account: StoredResource, sent: Record<string, unknown>, tags: Record<string, string> | undefined): ArmAnswer {
    const live = this.#of(account);
    live.sent = sent;
    account.tags = tags;
    account.body = accountBody(sent, live.state, live.blobs.tenant.spec);
    const { allowSharedKeyAccess, allowBlobPublicAccess } = recordAt(account.body, "properties");
    Object.assign(live.blobs, {
      allowSharedKeyAccess: allowSharedKeyAccess !== false,
      allowBlobPublicAccess: allowBlobPublicAccess === true,
      kind: String(sent.kind),
      sku: String(recordAt(sent, "sku").name),
    });
    return { status: 200, body: resourceJson(account) };
  }

  /** A name is taken for everybody, for it is a host name. */
  #checkFree(call: ArmCall, name: string): void {
    const taken = blobAccountsOf(this.#world).get(name);
    if (taken === undefined) return;
    if (taken.tenant === call.tenant) {
      throw new ArmError(
        409,
        "StorageAccountInAnotherResourceGroup",
        `The account ${name} is already in another resource group in this subscription.`,
      );
    }
    throw new ArmError(409, "StorageAccountAlreadyTaken", `The storage account named ${name} is already taken.`);
  }

  #accepted(call: ArmCall, operationId: string, location: string): ArmAnswer {
    const path = `/subscriptions/${call.tenant.spec.subscriptionId}/providers/Microsoft.Storage/locations/${location}/asyncoperations/${operationId}`;
    return {
      status: 202,
      headers: {
        location: `${call.base}${path}?monitor=true&api-version=${call.apiVersion}`,
        ...retryAfter(this.#world.operationPollMs),
      },
    };
  }

  #of(account: StoredResource): Live {
    const live = this.#live.get(account);
    if (live === undefined)
      throw new ArmError(404, "ResourceNotFound", `The storage account '${account.name}' is gone.`);
    return live;
  }
}
