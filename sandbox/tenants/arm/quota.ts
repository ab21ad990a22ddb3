import type { Router } from "express";
import type { Tenant, World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, isRecord, operation, recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";
import { fullType, knownTypes, regionName } from "./resource-types.ts";

interface QuotaItem {
  name: string;
  localized: string;
  limit: number;
}

/** Compute quotas as a new pay-as-you-go subscription has them. */
const computeQuotas: readonly QuotaItem[] = [
  { name: "cores", localized: "Total Regional vCPUs", limit: 20 },
  { name: "lowPriorityCores", localized: "Total Regional Low-priority vCPUs", limit: 3 },
  { name: "virtualMachines", localized: "Virtual Machines", limit: 25000 },
  { name: "virtualMachineScaleSets", localized: "Virtual Machine Scale Sets", limit: 2500 },
  { name: "availabilitySets", localized: "Availability Sets", limit: 2500 },
  { name: "standardDSv2Family", localized: "Standard DSv2 Family vCPUs", limit: 10 },
  { name: "standardDSv3Family", localized: "Standard DSv3 Family vCPUs", limit: 10 },
  { name: "standardDSv5Family", localized: "Standard DSv5 Family vCPUs", limit: 10 },
  { name: "standardBSFamily", localized: "Standard BS Family vCPUs", limit: 10 },
];

/** Serves Microsoft.Quota for Microsoft.Compute locations: limits and usages. */
export function serveQuota(router: Router, world: World): void {
  const scope = "/subscriptions/:subscriptionId/providers/Microsoft.Compute/locations/:location";
  for (const kind of ["quotas", "usages"] as const) {
    const requirement = { action: `${fullType(knownTypes[kind])}/read`, versions: knownTypes[kind] };
    const collection = `${scope}/providers/Microsoft.Quota/${kind}`;
    operation(router, world, "get", collection, requirement, (call) => {
      checkLocation(call);
      return { status: 200, body: { value: computeQuotas.map((item) => itemJson(call, kind, item)) } };
    });
    operation(router, world, "get", `${collection}/:resource`, requirement, (call) => answerOne(call, kind));
  }
}

function answerOne(call: ArmCall, kind: "quotas" | "usages"): ArmAnswer {
  checkLocation(call);
  const wanted = call.param("resource").toLowerCase();
  const item = computeQuotas.find(({ name }) => name.toLowerCase() === wanted);
  if (item === undefined) {
    throw new ArmError(
      404,
      "ResourceNotFound",
      `The resource name '${call.param("resource")}' was not found under Microsoft.Compute in location '${call.param("location")}'. Valid names are ${computeQuotas.map(({ name }) => name).join(", ")}.`,
    );
  }
  return { status: 200, body: itemJson(call, kind, item) };
}

function checkLocation(call: ArmCall): void {
  if (regionName(call.param("location")) !== undefined) return;
  throw new ArmError(
    400,
    "InvalidLocation",
    `The location '${call.param("location")}' is not one that provider 'Microsoft.Compute' has. Use a region's short name, such as 'eastus'.`,
  );
}

function itemJson(call: ArmCall, kind: "quotas" | "usages", item: QuotaItem): Record<string, unknown> {
  const { tenant } = call;
  const location = call.param("location");
  const amount =
    kind === "quotas"
      ? { limit: { limitObjectType: "LimitValue", limitType: "Independent", value: item.limit } }
      : { usages: usage(tenant, item.name, location) };
  return {
    id: `/subscriptions/${tenant.spec.subscriptionId}/providers/Microsoft.Compute/locations/${location}/providers/Microsoft.Quota/${kind}/${item.name}`,
    name: item.name,
    type: kind === "quotas" ? "Microsoft.Quota/Quotas" : "Microsoft.Quota/Usages",
    properties: {
      isQuotaApplicable: true,
      name: { localizedValue: item.localized, value: item.name },
      properties: {},
      unit: "Count",
      ...amount,
    },
  };
}

/** Nodes of managed clusters are what uses compute here. Nothing used is `{}`, as the service answers it. */
function usage(tenant: Tenant, name: string, location: string): Record<string, number> {
  const nodes = nodeSizes(tenant, location);
  const used =
    name === "cores"
      ? nodes.reduce((sum, size) => sum + (Number(/_[A-Z]+(\d+)/.exec(size)?.[1]) || 0), 0)
      : name === "virtualMachines"
        ? nodes.length
        : 0;
  return used === 0 ? {} : { value: used };
}

function nodeSizes(tenant: Tenant, location: string): string[] {
  const region = regionName(location);
  return tenant.resources
    .ofType(fullType(knownTypes.managedClusters))
    .filter((cluster) => cluster.location === region)
    .flatMap((cluster) => {
      const pools = recordAt(cluster.body, "properties").agentPoolProfiles;
      return (Array.isArray(pools) ? pools.filter(isRecord) : []).flatMap((pool) =>
        Array<string>(Number(pool.count) || 0).fill(String(pool.vmSize)),
      );
    });
}
