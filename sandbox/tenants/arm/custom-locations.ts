import { randomUUID } from "node:crypto";
import type { Router } from "express";
import type { World } from "../tenant.ts";
import { recordAt } from "./call.ts";
import { serveInfrastructure } from "./infrastructure-resources.ts";
import { knownTypes } from "./resource-types.ts";

/**
 * Serves custom locations: the name under which an Azure Local machine takes resources. The Arc resource bridge behind them
 * is not simulated; a write is done at once, where Azure takes a minute.
 */
export function serveCustomLocations(router: Router, world: World): void {
  serveInfrastructure(router, world, {
    known: knownTypes.customLocations,
    // learn.microsoft.com/azure/azure-arc/kubernetes/custom-locations: the name follows Kubernetes' rules.
    name: {
      pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i,
      rule: "1 to 63 letters, numbers and '-', and begin and end with a letter or number",
    },
    body(call, sent, before) {
      const name = call.param("name");
      return {
        identity: before?.body.identity ?? {
          type: "SystemAssigned",
          principalId: randomUUID(),
          tenantId: call.tenant.spec.tenantId,
        },
        properties: {
          hostType: "Kubernetes",
          displayName: name,
          namespace: name.toLowerCase(),
          ...recordAt(sent, "properties"),
          provisioningState: "Succeeded",
        },
      };
    },
  });
}
