/** Limits that Azure and the webhook set (Microsoft Learn, "Considerations for federated identity credentials"). */

/** Federated credentials that one managed identity or application may have. A hard limit. */
export const maxTrustsPerIdentity = 20;

/** Longest issuer, subject or audience, in characters. */
export const maxClaimLength = 600;

/** Lifetime of a projected token in seconds; outside of it the webhook rejects the pod (pkg/webhook/consts.go). */
export const tokenExpirationSeconds = { min: 3600, max: 86400, default: 3600 } as const;

/** Name of a federated credential: letters, digits, `-` and `_`, the first a letter or digit. It cannot be changed. */
export const credentialNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$/;
