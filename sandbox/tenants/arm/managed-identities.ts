import { randomUUID } from "node:crypto";
import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, isRecord, objectBody, operation, recordAt, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";

const type = fullType(knownTypes.identities);
const inGroup =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
const inSubscription = "/subscriptions/:subscriptionId/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.identities });

/** Serves user-assigned identities. Each has a service principal in the tenant's directory, which replicates a little later. */
export function serveManagedIdentities(router: Router, world: World): void {
  operation(router, world, "get", inSubscription, may("read"), (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type).map(resourceJson) },
  }));
  operation(router, world, "get", inGroup, may("read"), (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, groupOf(call).id).map(resourceJson) },
  }));
  const one = `${inGroup}/:identity`;
  operation(router, world, "get", one, may("read"), (call) => ({ status: 200, body: resourceJson(identityOf(call)) }));
  operation(router, world, "put", one, may("write"), put);
  operation(router, world, "patch", one, may("write"), (call) => {
    const identity = identityOf(call);
    identity.tags = tagsOf(objectBody(call)) ?? identity.tags;
    return { status: 200, body: resourceJson(identity) };
  });
  operation(router, world, "delete", one, may("delete"), async (call) => {
    const identity = call.tenant.resources.get(call.path);
    if (identity === undefined) return { status: 204 };
    await call.tenant.resources.delete(identity.id);
    call.tenant.access.dropScope(identity.id);
    return { status: 200 };
  });
}

/** The identity that a path names, or Azure's 404. */
function identityOf(call: ArmCall): StoredResource {
  const group = groupOf(call);
  const identity = call.tenant.resources.get(`${group.id}/providers/${type}/${call.param("identity")}`);
  if (identity === undefined) throw armErrors.resourceNotFound(type, call.param("identity"), group.name);
  return identity;
}

function put(call: ArmCall): ArmAnswer {
  const body = objectBody(call);
  const group = openGroupOf(call);
  const name = call.param("identity");
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/.test(name)) {
    throw new ArmError(
      400,
      "InvalidResourceName",
      `The resource name '${name}' is invalid. It must start with a letter or number, have 3 to 128 characters, and only letters, numbers, '-' and '_'.`,
    );
  }
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
  const existing = call.tenant.resources.get(`${group.id}/providers/${type}/${name}`);
  if (existing !== undefined) {
    if (existing.location !== location) {
      throw armErrors.locationFixed(existing.name, type, group.name, existing.location ?? "");
    }
    existing.tags = tagsOf(body);
    return { status: 200, body: resourceJson(existing) };
  }
  const identity = create(call, group.id, name, location, body);
  return { status: 201, body: resourceJson(identity) };
}

function create(
  call: ArmCall,
  groupId: string,
  name: string,
  location: string,
  body: Record<string, unknown>,
): StoredResource {
  const { tenant, world } = call;
  const principalId = randomUUID();
  const clientId = randomUUID();
  const isolation = recordAt(body, "properties").isolationScope;
  const identity: StoredResource = {
    id: `${groupId}/providers/${type}/${name}`,
    name,
    type,
    location,
    tags: tagsOf(body),
    body: {
      properties: {
        tenantId: tenant.spec.tenantId,
        principalId,
        clientId,
        ...(typeof isolation === "string" ? { isolationScope: isolation } : {}),
      },
    },
    onDelete: async () => tenant.directory.remove(principalId),
  };
  tenant.resources.put(identity);
  tenant.directory.add({
    objectId: principalId,
    clientId,
    displayName: name,
    kind: "ManagedIdentity",
    secrets: [],
    visibleFrom: Date.now() + world.propagation.identityMs,
  });
  return identity;
}

/** The object id of an identity's service principal. */
export function principalIdOf(identity: StoredResource): string {
  const { properties } = identity.body;
  return isRecord(properties) ? String(properties.principalId) : "";
}
