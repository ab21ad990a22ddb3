import type { TokenCredential } from "@azure/identity";
import { oneAttempt, type Transport } from "./credential.ts";
import type { Settings } from "./settings.ts";

/** Limit and current usage of one quota resource, as Resource Manager wrote them. */
export interface Quota {
  limit: unknown;
  usage: unknown;
}

/** Reads both once. Rejects with the client's own error. */
export type ReadQuota = (signal: AbortSignal) => Promise<Quota>;

/**
 * A reader of the quota that the settings name.
 *
 * The answers are taken from the wire and not from the client's models: these drop what they do not know, and the lines
 * that are printed are Azure's own JSON.
 */
export async function connectQuota(
  credential: TokenCredential,
  settings: Settings,
  transport: Transport = {},
): Promise<ReadQuota> {
  const { AzureQuotaExtensionAPI } = await import("@azure/arm-quota");
  // The client asks for its token with the endpoint as the resource.
  const { resourceManager: endpoint } = settings.cloud;
  const client = new AzureQuotaExtensionAPI(credential, settings.subscriptionId, {
    endpoint,
    ...transport,
    ...oneAttempt,
  });
  // The client puts the first slash itself.
  const scope = `subscriptions/${settings.subscriptionId}/providers/Microsoft.Compute/locations/${settings.region}`;

  return async (abortSignal) => {
    const answers: Quota = { limit: undefined, usage: undefined };
    // One after the other: a refusal then stands alone in the log, and the token is asked for once.
    await client.quota.get(settings.resourceName, scope, {
      abortSignal,
      onResponse: (response) => {
        answers.limit = parse(response.bodyAsText);
      },
    });
    await client.usages.get(settings.resourceName, scope, {
      abortSignal,
      onResponse: (response) => {
        answers.usage = parse(response.bodyAsText);
      },
    });
    return answers;
  };
}

function parse(body: string | null | undefined): unknown {
  try {
    return JSON.parse(body ?? "");
  } catch {
    // A refusal without JSON; the client raises its own error for it.
    return undefined;
  }
}
