import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { FollowedTokenFile } from "./followed-token-file.ts";
import type { Settings } from "./settings.ts";
import { keepTransportFailure } from "./transport-failure.ts";

/** The part of the HTTP client that tests replace. */
export interface Transport {
  httpClient?: HttpClient;
}

/** The clients do not repeat requests by themselves: the loop around them does, and reports the first refusal at once. */
export const oneAttempt = { retryOptions: { maxRetries: 0 } } as const;

/** A credential with the name to report it under. */
export interface OpenedCredential {
  name: string;
  credential: TokenCredential;
}

/**
 * In a pod with a projected token the workload identity credential alone: a refusal by Entra ID then reaches the log as
 * such, where the default chain would wrap it in the excuses of seven other credentials and knock at the node's
 * metadata service first. Anywhere else the default chain, which finds a developer's sign-in.
 */
export async function openCredential(settings: Settings, transport: Transport = {}): Promise<OpenedCredential> {
  const { DefaultAzureCredential, WorkloadIdentityCredential } = await import("@azure/identity");
  const { tenantId, clientId, tokenFile } = settings;
  const authorityHost = settings.cloud.authority;
  if (!tokenFile) {
    const credential = new DefaultAzureCredential({ tenantId, authorityHost, ...transport });
    return { name: "DefaultAzureCredential", credential };
  }
  const { createDefaultHttpClient } = await import("@azure/core-rest-pipeline");
  const open = () =>
    keepTransportFailure(
      transport.httpClient ?? createDefaultHttpClient(),
      (httpClient) =>
        new WorkloadIdentityCredential({
          tenantId,
          clientId,
          authorityHost,
          tokenFilePath: tokenFile,
          // AKS identity bindings inject a token endpoint of the cluster; without its variables this changes nothing.
          enableAzureProxy: true,
          httpClient,
          ...oneAttempt,
        }),
    );
  return { name: "WorkloadIdentityCredential", credential: new FollowedTokenFile(tokenFile, open) };
}
