import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, type KnownType, regionName, regions } from "./resource-types.ts";

/** A type of resource that whoever runs an Azure Local machine makes. */
export interface InfrastructureType {
  readonly known: KnownType;
  /** What a name has to be, and the words for one that is not. */
  readonly name: { readonly pattern: RegExp; readonly rule: string };
  /** The body beside name, location and tags. @throws ArmError */
  body(call: ArmCall, sent: Record<string, unknown>, before: StoredResource | undefined): Record<string, unknown>;
}

/** Serves reads, writes and deletions of such resources. Nothing runs behind them: a write is done at once. */
export function serveInfrastructure(router: Router, world: World, served: InfrastructureType): void {
  const type = fullType(served.known);
  const may = (verb: string) => ({ action: `${type}/${verb}`, versions: served.known.versions });
  const subscription = "/subscriptions/:subscriptionId";
  const inGroup = `${subscription}/resourceGroups/:resourceGroup/providers/${type}`;
  const existing = (call: ArmCall): StoredResource => {
    const { id, name } = groupOf(call);
    const found = call.tenant.resources.get(`${id}/providers/${type}/${call.param("name")}`);
    if (found === undefined) throw armErrors.resourceNotFound(type, call.param("name"), name);
    return found;
  };
  const list = (call: ArmCall, group?: string) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, group).map(resourceJson) },
  });
  operation(router, world, "get", `${subscription}/providers/${type}`, may("read"), (call) => list(call));
  operation(router, world, "get", inGroup, may("read"), (call) => list(call, groupOf(call).id));
  const one = `${inGroup}/:name`;
  operation(router, world, "get", one, may("read"), (call) => ({ status: 200, body: resourceJson(existing(call)) }));
  operation(router, world, "put", one, may("write"), (call) => put(call, type, served));
  operation(router, world, "delete", one, may("delete"), async (call) => {
    const found = call.tenant.resources.get(call.path);
    if (found === undefined) return { status: 204 };
    await call.tenant.resources.delete(found.id);
    call.tenant.access.dropScope(found.id);
    return { status: 200 };
  });
}

function put(call: ArmCall, type: string, served: InfrastructureType): ArmAnswer {
  const sent = objectBody(call);
  const { id: group, name: groupName } = openGroupOf(call);
  const name = call.param("name");
  if (!served.name.pattern.test(name)) {
    throw new ArmError(
      400,
      "InvalidResourceName",
      `The resource name '${name}' is invalid. It must have ${served.name.rule}.`,
    );
  }
  if (typeof sent.location !== "string" || sent.location === "") throw armErrors.locationRequired();
  const location = regionName(sent.location);
  if (location === undefined) throw armErrors.locationUnavailable(sent.location, type, [...regions.keys()]);
  const id = `${group}/providers/${type}/${name}`;
  const before = call.tenant.resources.get(id);
  if (before !== undefined && before.location !== location) {
    throw armErrors.locationFixed(before.name, type, groupName, before.location ?? "");
  }
  const written: StoredResource = {
    id: before?.id ?? id,
    name: before?.name ?? name,
    type,
    location,
    tags: tagsOf(sent),
    body: served.body(call, sent, before),
  };
  call.tenant.resources.put(written);
  return { status: before === undefined ? 201 : 200, body: resourceJson(written) };
}
