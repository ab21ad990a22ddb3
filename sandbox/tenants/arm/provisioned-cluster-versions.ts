import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, operation } from "./call.ts";
import { armErrors } from "./errors.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const collection =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.ExtendedLocation/customLocations/:location/providers/Microsoft.HybridContainerService/kubernetesVersions";
const type = fullType(knownTypes.hybridKubernetesVersions);
const read = { action: `${type}/read`, versions: knownTypes.hybridKubernetesVersions };

/** Serves the Kubernetes versions that a custom location has images of: that of the sandbox. */
export function serveHybridKubernetesVersions(router: Router, world: World): void {
  operation(router, world, "get", collection, read, async (call) => ({
    status: 200,
    body: { value: [await profile(call)] },
  }));
  operation(
    router,
    world,
    "get",
    `${collection}/default`,
    read,
    async (call): Promise<ArmAnswer> => ({ status: 200, body: await profile(call) }),
  );
}

async function profile(call: ArmCall): Promise<Record<string, unknown>> {
  const locationId = `/subscriptions/${call.tenant.spec.subscriptionId}/resourceGroups/${call.param("resourceGroup")}/providers/${fullType(knownTypes.customLocations)}/${call.param("location")}`;
  const customLocation = call.tenant.resources.get(locationId);
  if (customLocation === undefined) {
    throw armErrors.parentNotFound("read", knownTypes.hybridKubernetesVersions.type, locationId);
  }
  const version = await call.world.backend.kubernetesVersion();
  const ready = (osType: string, osSku: string) => ({ osType, osSku, ready: true });
  return {
    id: `${customLocation.id}/providers/${type}/default`,
    name: "default",
    type,
    extendedLocation: { type: "CustomLocation", name: customLocation.id },
    properties: {
      provisioningState: "Succeeded",
      values: [
        {
          version: version.split(".", 2).join("."),
          isPreview: false,
          patchVersions: {
            [version]: {
              readiness: [ready("Linux", "CBLMariner"), ready("Windows", "Windows2022")],
              upgrades: [],
            },
          },
        },
      ],
    },
  };
}
