import { setTimeout as pause } from "node:timers/promises";
import type { Router } from "express";
import type { FederatedTrust, ServicePrincipal } from "../entra/directory.ts";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { checkCredentialName, credentialOf, maximumPerIdentity } from "./federated-credential-rules.ts";
import { principalIdOf } from "./managed-identities.ts";
import { groupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.federatedCredentials);
const parentType = fullType(knownTypes.identities);
const collection =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.ManagedIdentity/userAssignedIdentities/:identity/federatedIdentityCredentials";
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.federatedCredentials });

/** A write takes this long, so that writes really overlap when a client does not order them. */
const writeMs = 60;

/** Serves federated credentials of user-assigned identities. */
export function serveFederatedCredentials(router: Router, world: World): void {
  const writing = new Set<string>();
  operation(router, world, "get", collection, may("read"), (call) => ({
    status: 200,
    body: { value: siblings(call, parentOf(call, "read")).map(resourceJson) },
  }));
  const one = `${collection}/:credential`;
  operation(router, world, "get", one, may("read"), (call) => {
    const identity = parentOf(call, "read");
    const credential = call.tenant.resources.get(credentialId(identity, call));
    if (credential === undefined) throw notFound(call);
    return { status: 200, body: resourceJson(credential) };
  });
  operation(router, world, "put", one, may("write"), (call) => {
    checkCredentialName(call.param("credential"));
    const identity = parentOf(call, "write");
    const trust = credentialOf(recordAt(objectBody(call), "properties"));
    return alone(writing, identity, () => write(call, identity, trust));
  });
  operation(router, world, "delete", one, may("delete"), (call) => {
    const identity = parentOf(call, "delete");
    return alone(writing, identity, () => remove(call, identity));
  });
}

/** Azure refuses, rather than orders, writes to one identity that overlap. */
async function alone(
  writing: Set<string>,
  identity: StoredResource,
  work: () => Promise<ArmAnswer>,
): Promise<ArmAnswer> {
  const key = identity.id.toLowerCase();
  if (writing.has(key)) {
    throw new ArmError(
      409,
      "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
      `Too many Federated Identity Credentials are written concurrently for the managed identity '${identity.id}'. Concurrent Federated Identity Credentials writes under the same managed identity are not supported.`,
    );
  }
  writing.add(key);
  try {
    await pause(writeMs);
    return await work();
  } finally {
    writing.delete(key);
  }
}

async function write(call: ArmCall, identity: StoredResource, trust: FederatedTrust): Promise<ArmAnswer> {
  const id = credentialId(identity, call);
  const existing = call.tenant.resources.get(id);
  const others = siblings(call, identity).filter((other) => other !== existing);
  if (others.some((other) => sameTrust(other, trust))) {
    throw new ArmError(400, "BadRequest", "Issuer and subject combination already exists for this Managed Identity.");
  }
  if (existing === undefined && others.length >= maximumPerIdentity) {
    throw new ArmError(
      400,
      "BadRequest",
      `Too many federated identity credentials: the managed identity '${identity.name}' has ${others.length}, and the maximum is ${maximumPerIdentity}. Delete one, or use another identity.`,
    );
  }
  const properties = { issuer: trust.issuer, subject: trust.subject, audiences: [trust.audience] };
  const credential = existing ?? { id, name: call.param("credential"), type, body: {} };
  credential.body = { properties };
  call.tenant.resources.put(credential);
  principalOf(call, identity)?.trusts.put(credential.id.toLowerCase(), trust);
  return { status: existing === undefined ? 201 : 200, body: resourceJson(credential) };
}

async function remove(call: ArmCall, identity: StoredResource): Promise<ArmAnswer> {
  const credential = call.tenant.resources.get(credentialId(identity, call));
  if (credential === undefined) return { status: 204 };
  await call.tenant.resources.delete(credential.id);
  principalOf(call, identity)?.trusts.remove(credential.id.toLowerCase());
  return { status: 200 };
}

function siblings(call: ArmCall, identity: StoredResource): StoredResource[] {
  return call.tenant.resources.ofType(type, identity.id);
}

function sameTrust(credential: StoredResource, trust: FederatedTrust): boolean {
  const { issuer, subject } = recordAt(credential.body, "properties");
  return issuer === trust.issuer && subject === trust.subject;
}

function principalOf(call: ArmCall, identity: StoredResource): ServicePrincipal | undefined {
  return call.tenant.directory.byObjectId(principalIdOf(identity));
}

function credentialId(identity: StoredResource, call: ArmCall): string {
  return `${identity.id}/federatedIdentityCredentials/${call.param("credential")}`;
}

function parentOf(call: ArmCall, verb: string): StoredResource {
  const id = `${groupOf(call).id}/providers/${parentType}/${call.param("identity")}`;
  const identity = call.tenant.resources.get(id);
  if (identity === undefined) throw armErrors.parentNotFound(verb, knownTypes.federatedCredentials.type, id);
  return identity;
}

function notFound(call: ArmCall): ArmError {
  const name = `${call.param("identity")}/federatedIdentityCredentials/${call.param("credential")}`;
  return armErrors.resourceNotFound(parentType, name, call.param("resourceGroup"));
}
