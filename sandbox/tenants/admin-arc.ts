import { randomBytes, randomUUID } from "node:crypto";
import { type Response, Router } from "express";
import { isRecord } from "./arm/call.ts";
import { connectedClustersOf } from "./arm/connected-cluster-lifecycle.ts";
import { fullType, knownTypes } from "./arm/resource-types.ts";
import type { Tenant, World } from "./tenant.ts";

const delayNames = ["agentMs", "budgetPatienceMs"] as const;
// Azure's role Owner (learn.microsoft.com/azure/role-based-access-control/built-in-roles).
const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/** What no deployer does: connecting a cluster with Arc's agents, and being the administrator of an infrastructure. */
export function arcAdminRouter(world: World): Router {
  const router = Router();
  router.post("/clusters/:context/connect", async (request, response) => {
    await connect(world, request.params.context, request.body, response);
  });
  router.get("/arc/delays", (_request, response) => {
    response.json(connectedClustersOf(world).delays);
  });
  router.put("/arc/delays", (request, response) => {
    const { delays } = connectedClustersOf(world);
    const wanted: Record<string, unknown> = isRecord(request.body) ? request.body : {};
    const wrong = Object.entries(wanted).filter(
      ([name, value]) => !delayNames.some((known) => known === name) || typeof value !== "number" || !(value >= 0),
    );
    if (wrong.length > 0) {
      refuse(
        response,
        400,
        `Not a delay: ${wrong.map(([name]) => name).join(", ")}. Give any of ${delayNames.join(", ")} in milliseconds, 0 or more.`,
      );
      return;
    }
    for (const name of delayNames) {
      const value = wanted[name];
      if (typeof value === "number") delays[name] = value;
    }
    response.json(delays);
  });
  router.post("/administrators", (request, response) => {
    const tenant = tenantOf(world, isRecord(request.body) ? request.body.tenant : undefined);
    if (tenant === undefined) {
      refuse(response, 400, `Name the tenant: {"tenant": "${world.tenants[0]?.spec.key ?? "tenantA"}"}.`);
      return;
    }
    response.status(201).json(addAdministrator(tenant));
  });
  return router;
}

/**
 * Plays `az connectedk8s connect`: installs the agents, which make the resource. With the issuer on, the API server signs
 * for Arc's issuer from then on, as its `--service-account-issuer` has to be set by hand.
 */
async function connect(world: World, context: string, body: unknown, response: Response): Promise<void> {
  const { tenant: key, resourceGroup, name, oidcIssuer, workloadIdentity } = isRecord(body) ? body : {};
  const running = world.clusters.get(context);
  const tenant = tenantOf(world, key);
  if (running === undefined) {
    refuse(
      response,
      404,
      `No cluster with the context ${context} runs. Those that do: ${[...world.clusters.keys()].join(", ") || "none"}.`,
    );
    return;
  }
  if (tenant === undefined || typeof resourceGroup !== "string" || typeof name !== "string") {
    refuse(
      response,
      400,
      "Say where the cluster is connected to: tenant (a key), resourceGroup, name; and oidcIssuer, workloadIdentity as true or false.",
    );
    return;
  }
  const group = tenant.groups.get(resourceGroup.toLowerCase());
  if (group === undefined) {
    refuse(response, 404, `${tenant.spec.key} has no resource group ${resourceGroup}. Make it first.`);
    return;
  }
  const id = `${group.id}/providers/${fullType(knownTypes.connectedClusters)}/${name}`;
  if (tenant.resources.get(id) !== undefined) {
    refuse(response, 409, `${id} is there already. Delete it, or give another name.`);
    return;
  }
  const features = { oidcIssuer: oidcIssuer === true, workloadIdentity: workloadIdentity === true };
  const clusters = connectedClustersOf(world);
  const { location } = group;
  // Agents bring a key of their own; its certificate stands in the resource.
  const certificate = randomBytes(64).toString("base64");
  const sent = {
    location,
    identity: { type: "SystemAssigned" },
    properties: {
      agentPublicKeyCertificate: certificate,
      distribution: "generic",
      infrastructure: "generic",
      oidcIssuerProfile: { enabled: features.oidcIssuer },
      securityProfile: { workloadIdentity: { enabled: features.workloadIdentity } },
    },
  };
  const { cluster, operation } = clusters.create(tenant, group, { name, location, sent, features });
  await Promise.all([operation.done, clusters.connect(cluster, running)]);
  response.status(201).json({ id: cluster.id, issuerUrl: features.oidcIssuer ? running.issuerUrl : undefined });
}

/** A service principal that owns the subscription: who runs the infrastructure that a deployer only uses. */
function addAdministrator(tenant: Tenant): Record<string, string> {
  const { tenantId, subscriptionId } = tenant.spec;
  const clientSecret = randomBytes(27).toString("base64url");
  const [objectId, clientId, name] = [randomUUID(), randomUUID(), randomUUID()];
  tenant.directory.add({
    objectId,
    clientId,
    displayName: "infrastructure-administrator",
    kind: "Application",
    secrets: [clientSecret],
    visibleFrom: 0,
  });
  const scope = `/subscriptions/${subscriptionId}`;
  tenant.access.assign(
    {
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      scope,
      roleName: owner,
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${owner}`,
      principalId: objectId,
      principalType: "ServicePrincipal",
      createdOn: new Date().toISOString(),
      createdBy: objectId,
      // Like the deployer's own, it is not part of what a deployment leaves behind.
      ofDeployer: true,
    },
    true,
  );
  return { tenantId, subscriptionId, clientId, clientSecret, objectId };
}

function tenantOf(world: World, key: unknown): Tenant | undefined {
  return world.tenants.find(({ spec }) => spec.key === key);
}

function refuse(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}
