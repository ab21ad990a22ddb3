import { randomUUID } from "node:crypto";
import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";

const type = fullType(knownTypes.customLocations);
const group = "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup";
const inGroup = `${group}/providers/Microsoft.ExtendedLocation/customLocations`;
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.customLocations });

/**
 * Serves custom locations: the name under which an Azure Local machine takes resources. They belong to who runs the
 * machine. The Arc resource bridge behind them is not simulated; a write is done at once, where Azure takes a minute.
 */
export function serveCustomLocations(router: Router, world: World): void {
  const all = "/subscriptions/:subscriptionId/providers/Microsoft.ExtendedLocation/customLocations";
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
  // learn.microsoft.com/azure/azure-arc/kubernetes/custom-locations: the name and the namespace follow Kubernetes' rules.
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) {
    throw new ArmError(
      400,
      "InvalidResourceName",
      `The resource name '${name}' is invalid. It must have 1 to 63 letters, numbers and '-', and begin and end with a letter or number.`,
    );
  }
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
  const before = call.tenant.resources.get(`${id}/providers/${type}/${name}`);
  if (before !== undefined && before.location !== location) {
    throw armErrors.locationFixed(before.name, type, groupName, before.location ?? "");
  }
  const properties = recordAt(body, "properties");
  const written: StoredResource = {
    id: before?.id ?? `${id}/providers/${type}/${name}`,
    name: before?.name ?? name,
    type,
    location,
    tags: tagsOf(body),
    body: {
      identity: before?.body.identity ?? {
        type: "SystemAssigned",
        principalId: randomUUID(),
        tenantId: call.tenant.spec.tenantId,
      },
      properties: {
        hostType: "Kubernetes",
        displayName: name,
        namespace: name.toLowerCase(),
        ...properties,
        provisioningState: "Succeeded",
      },
    },
  };
  call.tenant.resources.put(written);
  return { status: before === undefined ? 201 : 200, body: resourceJson(written) };
}
