import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { linkedResource } from "./linked-access.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";

const type = fullType(knownTypes.logicalNetworks);
const inGroup =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.AzureStackHCI/logicalNetworks";
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.logicalNetworks });

/** Serves logical networks of an Azure Local machine. They belong to who runs it; a write is done at once. */
export function serveLogicalNetworks(router: Router, world: World): void {
  const all = "/subscriptions/:subscriptionId/providers/Microsoft.AzureStackHCI/logicalNetworks";
  operation(router, world, "get", all, may("read"), (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type).map(resourceJson) },
  }));
  operation(router, world, "get", inGroup, may("read"), (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, groupOf(call).id).map(resourceJson) },
  }));
  const one = `${inGroup}/:name`;
  operation(router, world, "get", one, may("read"), (call) => ({ status: 200, body: resourceJson(existing(call)) }));
  operation(router, world, "put", one, may("write"), put);
  operation(router, world, "delete", one, may("delete"), async (call) => {
    const found = call.tenant.resources.get(call.path);
    if (found === undefined) return { status: 204 };
    await call.tenant.resources.delete(found.id);
    call.tenant.access.dropScope(found.id);
    return { status: 200 };
  });
}

function existing(call: ArmCall): StoredResource {
  const { id, name } = groupOf(call);
  const found = call.tenant.resources.get(`${id}/providers/${type}/${call.param("name")}`);
  if (found === undefined) throw armErrors.resourceNotFound(type, call.param("name"), name);
  return found;
}

function put(call: ArmCall): ArmAnswer {
  const body = objectBody(call);
  const { id, name: groupName } = openGroupOf(call);
  const name = call.param("name");
  // Name rule of the specification (AzureStackHCI, logicalNetworks.tsp).
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}[a-zA-Z0-9_]$/.test(name)) {
    throw new ArmError(
      400,
      "InvalidResourceName",
      `The resource name '${name}' is invalid. It must have 2 to 64 letters, numbers, '.', '_' and '-', begin with a letter or number, and end with one or with '_'.`,
    );
  }
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
  const before = call.tenant.resources.get(`${id}/providers/${type}/${name}`);
  if (before !== undefined && before.location !== location) {
    throw armErrors.locationFixed(before.name, type, groupName, before.location ?? "");
  }
  const customLocation = linkedResource(call, {
    property: "extendedLocation.name",
    id: recordAt(body, "extendedLocation").name,
    type: fullType(knownTypes.customLocations),
    action: `${fullType(knownTypes.customLocations)}/deploy/action`,
    performed: `${type}/write`,
  });
  const written: StoredResource = {
    id: before?.id ?? `${id}/providers/${type}/${name}`,
    name: before?.name ?? name,
    type,
    location,
    tags: tagsOf(body),
    body: {
      extendedLocation: { type: "CustomLocation", name: customLocation.id },
      properties: { subnets: [], ...recordAt(body, "properties"), provisioningState: "Succeeded", status: {} },
    },
  };
  call.tenant.resources.put(written);
  return { status: before === undefined ? 201 : 200, body: resourceJson(written) };
}
