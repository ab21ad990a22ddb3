import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmCall, operation } from "./call.ts";
import { ArmError } from "./errors.ts";
import { groupOf } from "./resource-groups.ts";
import type { StoredResource } from "./resource-store.ts";
import { resourcesVersions } from "./resource-types.ts";

/** Serves the lists of all resources of a subscription or a resource group. */
export function serveResourceLists(router: Router, world: World): void {
  const versions = resourcesVersions;
  operation(
    router,
    world,
    "get",
    "/subscriptions/:subscriptionId/resources",
    { action: "Microsoft.Resources/subscriptions/resources/read", versions },
    (call) => ({ status: 200, body: { value: listed(call, call.tenant.resources.all()) } }),
  );
  operation(
    router,
    world,
    "get",
    "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/resources",
    { action: "Microsoft.Resources/subscriptions/resourceGroups/resources/read", versions },
    (call) => ({ status: 200, body: { value: listed(call, [...call.tenant.resources.under(groupOf(call).id)]) } }),
  );
}

/** Child resources (federated credentials) are not in these lists, as on Azure. */
function listed(call: ArmCall, resources: StoredResource[]): Record<string, unknown>[] {
  return resources
    .filter(({ type }) => type.split("/").length === 2)
    .filter(byFilter(call.query("$filter")))
    .map(({ id, name, type, location, tags, body }) => ({
      id,
      name,
      type,
      location,
      ...(tags === undefined ? {} : { tags }),
      ...("sku" in body ? { sku: body.sku } : {}),
      ...("identity" in body ? { identity: body.identity } : {}),
    }));
}

function byFilter(filter: string): (resource: StoredResource) => boolean {
  if (filter === "") return () => true;
  const [, property = "", value = ""] = /^(resourceType|name|location) eq '([^']*)'$/i.exec(filter) ?? [];
  if (property === "") {
    throw new ArmError(400, "InvalidFilterInQueryString", `The filter '${filter}' is not one that the sandbox knows.`);
  }
  const wanted = value.toLowerCase();
  return ({ type, name, location = "" }) =>
    ({ resourcetype: type, name, location })[property.toLowerCase()]?.toLowerCase() === wanted;
}
