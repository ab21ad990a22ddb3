/** What is known about one kind of refusal. */
export interface KnownRefusal {
  /** What it means, in one sentence. */
  meaning: string;
  /** What to look at, most likely cause first. */
  check: string;
  /** True when time alone may heal it: trust, roles and registrations take up to minutes to reach every replica. */
  healsWithTime: boolean;
}

const COMPARE_ISSUER =
  "compare iss with the issuer of the federated credential byte for byte, the trailing slash included, and client and tenant with the identity that carries it";

/**
 * Refusals by code. Codes and causes: Microsoft Entra error reference, azure-workload-identity troubleshooting guide,
 * Azure Resource Manager common errors.
 */
export const KNOWN_REFUSALS: Readonly<Record<string, KnownRefusal>> = {
  // Trust. A new federated credential is seen by every replica of Entra ID only after seconds to minutes, so a mismatch
  // and a credential that has not arrived yet give the same answer.
  AADSTS70021: {
    meaning: "the identity has no federated credential that matches the presented token",
    check: `is the federated credential deployed? ${COMPARE_ISSUER}`,
    healsWithTime: true,
  },
  AADSTS700211: {
    meaning: "the identity has no federated credential for the presented token's issuer",
    check: COMPARE_ISSUER,
    healsWithTime: true,
  },
  AADSTS700213: {
    meaning: "the identity has no federated credential for the presented token's subject",
    check:
      "compare sub with the subject of the federated credential: system:serviceaccount:NAMESPACE:SERVICEACCOUNT; the trusting tenant's list of service accounts decides",
    healsWithTime: true,
  },
  AADSTS700212: {
    meaning: "the presented token's audience is not the one that the federated credential asks for",
    check: "aud must be api://AzureADTokenExchange on both sides; is another token mounted in place of the webhook's?",
    healsWithTime: false,
  },
  AADSTS7002138: {
    meaning: "issuer, subject or audience match the federated credential except for upper and lower case",
    check:
      "matching is case-sensitive: write the service account, the namespace and the issuer exactly as the token has them; if they are the same already, delete the federated credential and make it again",
    healsWithTime: false,
  },
  AADSTS700222: {
    meaning: "a token issued by Entra ID itself was presented, which this identity does not accept",
    check: "AZURE_FEDERATED_TOKEN_FILE must name the projected service account token, whose issuer is the cluster",
    healsWithTime: false,
  },
  // The signing keys: Entra ID keeps copies of the issuer's documents and fetches them over the public internet.
  AADSTS50013: {
    meaning: "Entra ID could not verify the presented token's signature with the issuer's published keys",
    check: "do the keys at the issuer's jwks_uri hold the token's kid? After a key rotation give it some minutes",
    healsWithTime: true,
  },
  AADSTS7000272: {
    meaning: "the key that signed the presented token is not among the issuer's published keys that Entra ID knows",
    check: "do the keys at the issuer's jwks_uri hold the token's kid? After a key rotation give it some minutes",
    healsWithTime: true,
  },
  AADSTS90061: {
    meaning: "Entra ID could not fetch the issuer's discovery document or keys",
    check: "the issuer must be reachable from the public internet: curl ISS/.well-known/openid-configuration",
    healsWithTime: true,
  },
  AADSTS700024: {
    meaning: "the presented token is expired or not valid yet",
    check: "exp against the clock of this node; the token file is renewed by the kubelet and read again",
    healsWithTime: true,
  },
  AADSTS50027: {
    meaning: "what was presented is no token, or a damaged one",
    check: "AZURE_FEDERATED_TOKEN_FILE must name the projected service account token and nothing else",
    healsWithTime: false,
  },

  // Who and where. These do not change while a pod waits: its environment is fixed when it is created.
  AADSTS700016: {
    meaning: "the tenant that was asked knows no identity with this client id",
    check:
      "the annotation azure.workload.identity/tenant-id must be the tenant of the identity, not the cluster's, and azure.workload.identity/client-id its client id, not a resource id or object id",
    healsWithTime: false,
  },
  AADSTS90002: {
    meaning: "the tenant that was asked does not exist",
    check: "the annotation azure.workload.identity/tenant-id, and the cloud in AZURE_AUTHORITY_HOST",
    healsWithTime: false,
  },
  AADSTS900382: {
    meaning: "the tenant that was asked is in another cloud of Azure",
    check:
      "the cloud in AZURE_AUTHORITY_HOST against the one of the tenant; the webhook of the cluster sets it, and no trust goes from one cloud to another",
    healsWithTime: false,
  },
  AADSTS900023: {
    meaning: "the tenant id is neither a GUID nor a domain name",
    check: "the annotation azure.workload.identity/tenant-id",
    healsWithTime: false,
  },
  AADSTS500011: {
    meaning: "the resource that a token was asked for is unknown in this tenant",
    check: "the cloud in AZURE_AUTHORITY_HOST against the one of the subscription",
    healsWithTime: false,
  },
  AADSTS1002012: {
    meaning: "the scope of the token request is not valid",
    check: "a workload asks for RESOURCE/.default; is the resource manager address of another cloud set?",
    healsWithTime: false,
  },
  AADSTS50005: {
    meaning: "a conditional access policy of the tenant blocks this sign-in",
    check: "the tenant's policies for workload identities; on a laptop, sign in from a compliant device",
    healsWithTime: false,
  },
  AADSTS53003: {
    meaning: "a conditional access policy of the tenant blocks this sign-in",
    check: "the tenant's policies for workload identities and the addresses they allow",
    healsWithTime: false,
  },
  AADSTS7000215: {
    meaning: "the client secret in the environment is wrong",
    check: "AZURE_CLIENT_SECRET; with workload identity none is needed, so unset it",
    healsWithTime: false,
  },

  // Azure Resource Manager. Role assignments take effect within ten minutes at most.
  AuthorizationFailed: {
    meaning: "the identity is known but has no role that allows this read",
    check:
      "a role with Microsoft.Quota/quotas/read and usages/read, Reader for instance, on the subscription or above, assigned to the object id in the text",
    healsWithTime: true,
  },
  MissingSubscriptionRegistration: {
    meaning: "the resource provider Microsoft.Quota is not registered in the subscription",
    check: "the trusting stack's resourceProviders must list Microsoft.Quota; registration takes a minute or two",
    healsWithTime: true,
  },
  InvalidAuthenticationTokenTenant: {
    meaning: "the access token is of another tenant than the subscription",
    check:
      "AZURE_TENANT_ID against the tenant of AZURE_SUBSCRIPTION_ID; on a laptop: az login --tenant TENANT, or set AZURE_TENANT_ID",
    healsWithTime: false,
  },
  InvalidAuthenticationToken: {
    meaning: "Resource Manager does not accept the access token",
    check: "the cloud in AZURE_AUTHORITY_HOST against the one of the subscription",
    healsWithTime: false,
  },
  ExpiredAuthenticationToken: {
    meaning: "the access token has expired on its way",
    check: "the clock of this node",
    healsWithTime: true,
  },
  SubscriptionNotFound: {
    meaning: "there is no such subscription in the tenant of the token",
    check: "AZURE_SUBSCRIPTION_ID must be the subscription of the tenant that gives the trust, not the cluster's",
    healsWithTime: false,
  },
};

/** Other names of the same refusal. */
export const SAME_REFUSAL: Readonly<Record<string, string>> = {
  SubscriptionNotRegistered: "MissingSubscriptionRegistration",
  MissingRegistrationForType: "MissingSubscriptionRegistration",
  LinkedAuthorizationFailed: "AuthorizationFailed",
  InvalidSubscriptionId: "SubscriptionNotFound",
  InvalidAuthenticationTokenAudience: "InvalidAuthenticationToken",
  AADSTS70011: "AADSTS1002012",
};
