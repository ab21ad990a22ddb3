import { type GetResourceResult, getResource } from "@pulumi/azure-native/resources/getResource";
import { environmentPrefix } from "../../config/credentials";
import { type Advice, adviceFor } from "../../federation/advice";
import type { ConnectedTenant } from "../tenant-provider";
import type { ArcResourceType, ResourcePlace } from "./arc-api";

/** What reading a resource came to: the resource, or why there is none. */
export type Reading =
  | { readonly found: GetResourceResult }
  | {
      readonly found: undefined;
      readonly absent: boolean;
      readonly answer: string;
      readonly advice: Advice | undefined;
    };

/**
 * Reads a resource that exists without this stack, as it is now: plain, and so known in previews too. The place has to
 * lie in the provider's own subscription.
 */
export async function readArcResource(
  { namespace, type, apiVersion }: ArcResourceType,
  { resourceGroup, name, parent = "" }: ResourcePlace,
  { provider, tenantId, environment }: ConnectedTenant,
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
      { provider },
    );
    return { found };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const variablePrefix = environmentPrefix.tenantA;
    const advice = adviceFor(message, { key: "tenantA", tenantId, environment, variablePrefix });
    const absent = /\b404\b|ResourceNotFound|ResourceGroupNotFound/.test(message);
    return { found: undefined, absent, answer: message.trim().split("\n")[0] ?? "", advice };
  }
}
