import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import type { Settings } from "./settings.ts";

/** The part of the HTTP client that tests replace. */
export interface Transport {
  httpClient?: HttpClient;
}

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
  if (!tokenFile) {
    return { name: "DefaultAzureCredential", credential: new DefaultAzureCredential({ tenantId, ...transport }) };
  }
  const credential = new WorkloadIdentityCredential({
    tenantId,
    clientId,
    tokenFilePath: tokenFile,
    // AKS identity bindings inject a token endpoint of the cluster; without its variables this changes nothing.
    enableAzureProxy: true,
    ...transport,
  });
  return { name: "WorkloadIdentityCredential", credential };
}
