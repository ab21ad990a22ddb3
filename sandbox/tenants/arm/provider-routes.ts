import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, operation } from "./call.ts";
import { armErrors } from "./errors.ts";
import { resourcesVersions } from "./resource-types.ts";

const path = "/subscriptions/:subscriptionId/providers";
const read = { action: "Microsoft.Resources/subscriptions/providers/read", versions: resourcesVersions };

/** Serves the registration of resource providers in a subscription. */
export function serveProviders(router: Router, world: World): void {
  operation(router, world, "get", path, read, ({ tenant }) => ({
    status: 200,
    body: { value: tenant.providers.namespaces.map((each) => tenant.providers.json(each, tenant.spec.subscriptionId)) },
  }));
  operation(router, world, "get", `${path}/:namespace`, read, (call) => answer(call));
  for (const verb of ["register", "unregister"] as const) {
    // The permission belongs to the provider itself (Microsoft.Quota/register/action), over the subscription.
    const requirement = {
      action: (call: ArmCall) => `${call.param("namespace")}/${verb}/action`,
      versions: resourcesVersions,
      scope: (call: ArmCall) => `/subscriptions/${call.tenant.spec.subscriptionId}`,
    };
    operation(router, world, "post", `${path}/:namespace/${verb}`, requirement, (call) => {
      call.tenant.providers[verb](call.param("namespace"));
      return answer(call);
    });
  }
}

function answer(call: ArmCall): ArmAnswer {
  const namespace = call.param("namespace");
  if (call.tenant.providers.state(namespace) === undefined) throw armErrors.unknownNamespace(namespace);
  return { status: 200, body: call.tenant.providers.json(namespace, call.tenant.spec.subscriptionId) };
}
