import type { Router } from "express";
import type { Tenant, World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, tagsOf } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { retryAfter } from "./operations.ts";
import { regionName, regions, resourcesVersions } from "./resource-types.ts";

/** A resource group as it was first written. */
export interface ResourceGroup {
  id: string;
  name: string;
  location: string;
  tags?: Record<string, string>;
  managedBy?: string;
  deleting?: boolean;
}

const path = "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup";
const may = (verb: string) => ({
  action: `Microsoft.Resources/subscriptions/resourceGroups/${verb}`,
  versions: resourcesVersions,
});

/** Serves resource groups. Deleting one deletes everything in it. */
export function serveResourceGroups(router: Router, world: World): void {
  operation(router, world, "get", "/subscriptions/:subscriptionId/resourceGroups", may("read"), (call) => ({
    status: 200,
    body: { value: [...call.tenant.groups.values()].filter(tagFilter(call)).map(groupJson) },
  }));
  // Express answers HEAD with this handler too; Azure's check for existence answers 204 and no body.
  operation(router, world, "get", path, may("read"), (call) => ({ status: 200, body: groupJson(groupOf(call)) }));
  operation(router, world, "put", path, may("write"), put);
  operation(router, world, "patch", path, may("write"), (call) => {
    const group = groupOf(call);
    group.tags = tagsOf(objectBody(call)) ?? group.tags;
    return { status: 200, body: groupJson(group) };
  });
  operation(router, world, "delete", path, may("delete"), remove);
  operation(
    router,
    world,
    "get",
    "/subscriptions/:subscriptionId/operationresults/:operation",
    { action: "Microsoft.Resources/subscriptions/operationresults/read", versions: resourcesVersions },
    (call) => {
      const { status, error } = call.tenant.operations.get(call.param("operation"));
      if (status === "InProgress") return accepted(call, call.param("operation"));
      if (error !== undefined) throw new ArmError(409, error.code, error.message);
      return { status: 200 };
    },
  );
}

/** The group that a path names, or Azure's 404. */
export function groupOf(call: ArmCall): ResourceGroup {
  const group = call.tenant.groups.get(call.param("resourceGroup").toLowerCase());
  if (group === undefined) throw armErrors.resourceGroupNotFound(call.param("resourceGroup"));
  return group;
}

/** The group that a new resource goes into; a group on its way out takes nothing in. */
export function openGroupOf(call: ArmCall): ResourceGroup {
  const group = groupOf(call);
  if (group.deleting) {
    throw new ArmError(
      409,
      "ResourceGroupBeingDeleted",
      `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`,
    );
  }
  return group;
}

/** Removes a group with all it holds. */
export async function deleteGroup(tenant: Tenant, group: ResourceGroup): Promise<void> {
  await tenant.resources.delete(group.id);
  tenant.access.dropScope(group.id);
  tenant.groups.delete(group.name.toLowerCase());
}

function put(call: ArmCall): ArmAnswer {
  const body = objectBody(call);
  const name = call.param("resourceGroup");
  if (!/^[\p{L}\p{N}_().-]{1,90}$/u.test(name) || name.endsWith(".")) {
    throw new ArmError(
      400,
      "InvalidResourceGroup",
      `The provided resource group name '${name}' has these invalid characters or is too long. The name can only be a letter, digit, '-', '.', '(', ')' or '_', up to 90 of them, and cannot end with '.'.`,
    );
  }
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, "resourceGroups", [...regions.keys()]);
  const existing = call.tenant.groups.get(name.toLowerCase());
  if (existing === undefined) {
    const group: ResourceGroup = {
      id: `/subscriptions/${call.tenant.spec.subscriptionId}/resourceGroups/${name}`,
      name,
      location,
      tags: tagsOf(body),
      ...(typeof body.managedBy === "string" ? { managedBy: body.managedBy } : {}),
    };
    call.tenant.groups.set(name.toLowerCase(), group);
    return { status: 201, body: groupJson(group) };
  }
  if (existing.location !== location) {
    throw new ArmError(
      409,
      "InvalidResourceGroupLocation",
      `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location}'.`,
    );
  }
  openGroupOf(call);
  existing.tags = tagsOf(body);
  return { status: 200, body: groupJson(existing) };
}

function remove(call: ArmCall): ArmAnswer {
  const group = groupOf(call);
  group.deleting = true;
  const operation = call.tenant.operations.start(() => deleteGroup(call.tenant, group), call.world.log);
  return accepted(call, operation.id);
}

function accepted(call: ArmCall, operationId: string): ArmAnswer {
  const address = `${call.base}/subscriptions/${call.tenant.spec.subscriptionId}/operationresults/${operationId}?api-version=${call.apiVersion}`;
  return { status: 202, headers: { location: address, ...retryAfter(call.world.operationPollMs) } };
}

function tagFilter(call: ArmCall): (group: ResourceGroup) => boolean {
  const filter = call.query("$filter");
  if (filter === "") return () => true;
  const [, name = "", value] = /^tagName eq '([^']*)'(?: and tagValue eq '([^']*)')?$/i.exec(filter) ?? [];
  if (name === "")
    throw new ArmError(400, "InvalidFilterInQueryString", `The filter '${filter}' is not one that the sandbox knows.`);
  return ({ tags = {} }) => name in tags && (value === undefined || tags[name] === value);
}

function groupJson({ id, name, location, tags, managedBy, deleting }: ResourceGroup): Record<string, unknown> {
  return {
    id,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    ...(tags === undefined ? {} : { tags }),
    ...(managedBy === undefined ? {} : { managedBy }),
    properties: { provisioningState: deleting ? "Deleting" : "Succeeded" },
  };
}
