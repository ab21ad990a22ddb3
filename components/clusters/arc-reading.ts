import { type GetResourceResult, getResource } from "@pulumi/azure-native/resources/getResource";
import type { ConnectedTenant } from "../tenant-provider";
import type { ArcResourceType, ResourcePlace } from "./arc-api";
import { type Unreadable, unreadable } from "./unreadable";

/** What reading a resource came to: the resource, or why there is none. */
export type Reading = { readonly found: GetResourceResult } | ({ readonly found: undefined } & Unreadable);

/**
 * Reads a resource that exists without this stack, as it is now: plain, and so known in previews too. The place has to
 * lie in the provider's own subscription.
 */
export async function readArcResource(
  { namespace, type, apiVersion }: ArcResourceType,
  { resourceGroup, name, parent = "" }: ResourcePlace,
  tenant: ConnectedTenant,
): Promise<Reading> {
  try {
    const found = await getResource(
      {
        resourceGroupName: resourceGroup,
        resourceProviderNamespace: namespace,
        parentResourcePath: parent,
        resourceType: type,
        resourceName: name,
        apiVersion,
      },
      { provider: tenant.provider },
    );
    return { found };
  } catch (error) {
    return { found: undefined, ...unreadable(error, tenant) };
  }
}
