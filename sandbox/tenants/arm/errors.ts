import type { CloudNames } from "../azure-clouds.ts";
import { ServiceError } from "../service-error.ts";

/** A refusal of Resource Manager. */
export class ArmError extends ServiceError {
  /** The JSON body that Resource Manager answers. */
  body(): Record<string, unknown> {
    return { error: { code: this.code, message: this.message } };
  }
}

/** The authority as Resource Manager's refusals name it; the public cloud still uses an old name. */
function authorityOf({ environment, login }: CloudNames): string {
  return `https://${environment === "public" ? "login.windows.net" : login[0]}`;
}

/** Refusals that more than one resource type gives. Texts are those of the service. */
export const armErrors = {
  missingToken: (tenantId: string, cloud: CloudNames) =>
    new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", {
      "www-authenticate": `Bearer authorization_uri="${authorityOf(cloud)}/${tenantId}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
    }),
  invalidToken: () =>
    new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.", {
      "www-authenticate": 'Bearer error="invalid_token", error_description="The access token is invalid."',
    }),
  expiredToken: (expiry: Date) =>
    new ArmError(
      401,
      "ExpiredAuthenticationToken",
      `The access token expiry UTC time '${expiry.toISOString()}' is earlier than current UTC time '${new Date().toISOString()}'.`,
      { "www-authenticate": 'Bearer error="invalid_token", error_description="The access token has expired."' },
    ),
  wrongAudience: (audience: string, cloud: CloudNames) =>
    new ArmError(
      401,
      "InvalidAuthenticationTokenAudience",
      `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences ${cloud.audiences.flatMap((allowed) => [`'${allowed}/'`, `'${allowed}'`]).join(",")}.`,
    ),
  wrongTenant: (tokenIssuer: string, tenantId: string, cloud: CloudNames) =>
    new ArmError(
      401,
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer '${tokenIssuer}'. It must match the tenant 'https://${cloud.sts}/${tenantId}/' associated with this subscription. Please use the authority (URL) '${authorityOf(cloud)}/${tenantId}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
      {
        "www-authenticate": `Bearer authorization_uri="${authorityOf(cloud)}/${tenantId}", error="invalid_token", error_description="The access token is from the wrong issuer. It must match the tenant associated with this subscription."`,
      },
    ),
  authorizationFailed: (clientId: string, objectId: string, action: string, scope: string) =>
    new ArmError(
      403,
      "AuthorizationFailed",
      `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  subscriptionNotFound: (subscriptionId: string) =>
    new ArmError(404, "SubscriptionNotFound", `The subscription '${subscriptionId}' could not be found.`),
  invalidSubscriptionId: (subscriptionId: string) =>
    new ArmError(
      400,
      "InvalidSubscriptionId",
      `The provided subscription identifier '${subscriptionId}' is malformed or invalid.`,
    ),
  missingApiVersion: () =>
    new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    ),
  invalidApiVersion: (version: string, supported: readonly string[]) =>
    new ArmError(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are '${supported.join(",")}'.`,
    ),
  noRegisteredProvider: (location: string, version: string, type: string, supported: readonly string[]) =>
    new ArmError(
      400,
      "NoRegisteredProviderFound",
      `No registered resource provider found for location '${location}' and API version '${version}' for type '${type}'. The supported api-versions are '${supported.join(", ")}'. The supported locations are '${location}'.`,
    ),
  missingRegistration: (namespace: string) =>
    new ArmError(
      409,
      "MissingSubscriptionRegistration",
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    ),
  resourceGroupNotFound: (name: string) =>
    new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`),
  resourceNotFound: (type: string, name: string, group: string) =>
    new ArmError(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  parentNotFound: (verb: string, childType: string, parentId: string) =>
    new ArmError(
      404,
      "ParentResourceNotFound",
      `Failed to perform '${verb}' on resource(s) of type '${childType}', because the parent resource '${parentId}' could not be found.`,
    ),
  invalidContent: (problem: string) =>
    new ArmError(
      400,
      "InvalidRequestContent",
      `The request content was invalid and could not be deserialized: '${problem}'.`,
    ),
  locationRequired: () =>
    new ArmError(400, "LocationRequired", "The location property is required for this definition."),
  locationUnavailable: (location: string, type: string, known: readonly string[]) =>
    type === "resourceGroups"
      ? new ArmError(
          400,
          "LocationNotAvailableForResourceGroup",
          `The provided location '${location}' is not available for resource group. List of available regions is '${known.join(",")}'.`,
        )
      : new ArmError(
          400,
          "LocationNotAvailableForResourceType",
          `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is '${known.join(",")}'.`,
        ),
  locationFixed: (name: string, type: string, group: string, location: string) =>
    new ArmError(
      409,
      "InvalidResourceLocation",
      `The resource '${name}' already exists in location '${location}' in resource group '${group}'. A resource with the same name cannot be created in a different location for type '${type}'. Please select a new resource name.`,
    ),
  unknownNamespace: (namespace: string) =>
    new ArmError(
      404,
      "InvalidResourceNamespace",
      `The resource namespace '${namespace}' is invalid. The sandbox does not simulate it.`,
    ),
  unknownType: (namespace: string, type: string, version: string, known: readonly string[]) =>
    new ArmError(
      404,
      "InvalidResourceType",
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'. The sandbox simulates only these types of it: '${known.join(", ")}'.`,
    ),
  notSimulated: (method: string, path: string) =>
    new ArmError(
      501,
      "NotImplemented",
      `The sandbox does not know ${method} ${path}. It answers only what it simulates, and invents nothing.`,
    ),
};
