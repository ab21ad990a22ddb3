import type { ArmCall } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import type { StoredResource } from "./resource-store.ts";

/** A resource that a request's body names, and what naming it takes. */
export interface LinkedResource {
  /** The property that holds the id, as its path in the body. */
  property: string;
  id: unknown;
  /** `Microsoft.X/types` */
  type: string;
  /** Permission over the named resource, such as `…/join/action`. */
  action: string;
  /** What the caller does to its own resource, for the refusal's text. */
  performed: string;
}

/**
 * The resource that a body names, when the caller may link to it: Resource Manager checks that before the provider sees
 * the request. Texts: hashicorp/terraform-provider-azurerm #3067 (no permission), Azure/OpenShift #41 (other tenant).
 */
export function linkedResource(
  call: ArmCall,
  { property, id, type, action, performed }: LinkedResource,
): StoredResource {
  const [, subscription = "", group = "", namespace = "", kind = "", name = ""] =
    /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/([^/]+)\/([^/]+)\/([^/]+)$/i.exec(
      typeof id === "string" ? id : "",
    ) ?? [];
  if (typeof id !== "string" || `${namespace}/${kind}`.toLowerCase() !== type.toLowerCase()) {
    throw new ArmError(
      400,
      "LinkedInvalidPropertyId",
      `Property id '${String(id ?? "")}' at path '${property}' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'. (It must be a ${type}.)`,
    );
  }
  const { tenant, caller, path } = call;
  if (subscription.toLowerCase() !== tenant.spec.subscriptionId.toLowerCase()) {
    throw new ArmError(
      403,
      "LinkedAuthorizationFailed",
      `The client has permission to perform action '${action}' on scope '${path}', however the current tenant '${tenant.spec.tenantId}' is not authorized to access linked subscription '${subscription}'.`,
    );
  }
  if (!tenant.access.allows(caller.objectId, action, id)) {
    throw new ArmError(
      403,
      "LinkedAuthorizationFailed",
      `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${performed}' on scope '${path}'; however, it does not have permission to perform action '${action}' on the linked scope(s) '${id}' or the linked scope(s) are invalid.`,
    );
  }
  const found = tenant.resources.get(id);
  if (found === undefined) throw armErrors.resourceNotFound(type, name, group);
  return found;
}
