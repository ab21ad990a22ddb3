import type { Request, Response, Router } from "express";
import { type CloudNames, cloudOfResourceManager, hostNameOf, namesOf } from "../azure-clouds.ts";
import type { Tenant, World } from "../tenant.ts";
import { enter, operation, send } from "./call.ts";
import { armErrors } from "./errors.ts";
import { regionsOf, resourcesVersions } from "./resource-types.ts";

/** Serves the cloud's metadata, tenants, subscriptions and their locations. */
export function serveSubscriptions(router: Router, world: World): void {
  router.get("/metadata/endpoints", (request, response) => {
    const asked = cloudOfResourceManager(hostNameOf(request.headers.host));
    answerMetadata(request, response, asked ?? namesOf(world.tenants[0]?.spec.environment ?? "public"));
  });
  router.get("/tenants", async (request, response) => {
    const call = await enter(world, request, response);
    if (!isKnown(call.apiVersion)) throw armErrors.invalidApiVersion(call.apiVersion, resourcesVersions);
    send(response, { status: 200, body: { value: [tenantJson(call.tenant)] } });
  });
  router.get("/subscriptions", async (request, response) => {
    const call = await enter(world, request, response);
    if (!isKnown(call.apiVersion)) throw armErrors.invalidApiVersion(call.apiVersion, resourcesVersions);
    const scope = `/subscriptions/${call.tenant.spec.subscriptionId}`;
    const readable = call.tenant.access.allows(call.caller.objectId, "Microsoft.Resources/subscriptions/read", scope);
    send(response, {
      status: 200,
      body: { value: readable ? [subscriptionJson(call.tenant)] : [], count: count(readable) },
    });
  });
  const read = { action: "Microsoft.Resources/subscriptions/read", versions: resourcesVersions };
  operation(router, world, "get", "/subscriptions/:subscriptionId", read, (call) => ({
    status: 200,
    body: subscriptionJson(call.tenant),
  }));
  const locations = { action: "Microsoft.Resources/subscriptions/locations/read", versions: resourcesVersions };
  operation(router, world, "get", "/subscriptions/:subscriptionId/locations", locations, (call) => ({
    status: 200,
    body: {
      value: [...regionsOf(call.tenant.spec.environment)].map(([name, displayName]) => ({
        id: `/subscriptions/${call.tenant.spec.subscriptionId}/locations/${name}`,
        name,
        type: "Region",
        displayName,
        regionalDisplayName: displayName,
        metadata: { regionType: "Physical", regionCategory: "Recommended" },
      })),
    },
  }));
}

function isKnown(version: string): boolean {
  return resourcesVersions.some((known) => known === version);
}

function count(readable: boolean): { type: string; value: number } {
  return { type: "Total", value: readable ? 1 : 0 };
}

function tenantJson({ spec }: Tenant): Record<string, unknown> {
  return {
    id: `/tenants/${spec.tenantId}`,
    tenantId: spec.tenantId,
    tenantCategory: "Home",
    countryCode: "US",
    displayName: spec.displayName,
    domains: [`${spec.displayName.toLowerCase()}.onmicrosoft.com`],
    defaultDomain: `${spec.displayName.toLowerCase()}.onmicrosoft.com`,
    tenantType: "AAD",
  };
}

function subscriptionJson({ spec }: Tenant): Record<string, unknown> {
  return {
    id: `/subscriptions/${spec.subscriptionId}`,
    subscriptionId: spec.subscriptionId,
    tenantId: spec.tenantId,
    displayName: `${spec.displayName} subscription`,
    state: "Enabled",
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

/** The two shapes that Azure has: an object (2019-05-01) and a list of clouds (2022-09-01 and others). No token needed. */
function answerMetadata(request: Request, response: Response, cloud: CloudNames): void {
  const version = String(request.query["api-version"] ?? "");
  // The public cloud's addresses end in a slash, the others' do not.
  const slash = cloud.environment === "public" ? "/" : "";
  const authentication = {
    loginEndpoint: `https://${cloud.login[0]}${slash}`,
    audiences: cloud.audiences.map((audience) => `${audience}${slash}`),
    tenant: "common",
    identityProvider: "AAD",
  };
  const shared = {
    portal: `https://${cloud.portal}`,
    authentication,
    media: `https://${cloud.media}`,
    graph: `https://${cloud.directoryGraph}${slash}`,
    graphAudience: `https://${cloud.directoryGraph}${slash}`,
    name: cloud.name,
    suffixes: {
      ...publicSuffixes(cloud),
      acrLoginServer: cloud.registry,
      sqlServerHostname: cloud.sql,
      keyVaultDns: cloud.vault,
      storage: cloud.storage,
    },
    batch: `https://${cloud.batch}${slash}`,
    resourceManager: `https://${cloud.resourceManager}${slash}`,
    ...(cloud.environment === "public" ? { activeDirectoryDataLake: "https://datalake.azure.net/" } : {}),
    microsoftGraphResourceId: `https://${cloud.microsoftGraph}/`,
    gallery: `https://${cloud.gallery}${slash}`,
  };
  if (version === "") throw armErrors.missingApiVersion();
  if (version === "2019-05-01" || version === "2022-09-01" || version === "2020-06-01") {
    response.json(version === "2019-05-01" || version === "2020-06-01" ? [shared] : shared);
    return;
  }
  throw armErrors.invalidApiVersion(version, ["2022-09-01", "2020-06-01", "2019-05-01"]);
}

/** Services that only the public cloud has a name for. */
function publicSuffixes({ environment }: CloudNames): Record<string, string> {
  if (environment !== "public") return {};
  return { azureDataLakeStoreFileSystem: "azuredatalakestore.net", storageSyncEndpointSuffix: "afs.azure.net" };
}
