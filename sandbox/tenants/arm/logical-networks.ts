import type { Router } from "express";
import type { World } from "../tenant.ts";
import { recordAt } from "./call.ts";
import { serveInfrastructure } from "./infrastructure-resources.ts";
import { linkedResource } from "./linked-access.ts";
import { fullType, knownTypes } from "./resource-types.ts";

/** Serves logical networks of an Azure Local machine, each of which lies in a custom location. */
export function serveLogicalNetworks(router: Router, world: World): void {
  const customLocations = fullType(knownTypes.customLocations);
  serveInfrastructure(router, world, {
    known: knownTypes.logicalNetworks,
    // Name rule of the specification (AzureStackHCI, logicalNetworks.tsp).
    name: {
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}[a-zA-Z0-9_]$/,
      rule: "2 to 64 letters, numbers, '.', '_' and '-', begin with a letter or number, and end with one or with '_'",
    },
    body(call, sent) {
      const customLocation = linkedResource(call, {
        property: "extendedLocation.name",
        id: recordAt(sent, "extendedLocation").name,
        type: customLocations,
        action: `${customLocations}/deploy/action`,
        performed: `${fullType(knownTypes.logicalNetworks)}/write`,
      });
      return {
        extendedLocation: { type: "CustomLocation", name: customLocation.id },
        properties: { subnets: [], ...recordAt(sent, "properties"), provisioningState: "Succeeded", status: {} },
      };
    },
  });
}
