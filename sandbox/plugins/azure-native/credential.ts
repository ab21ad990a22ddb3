import { readFile } from "node:fs/promises";
import type { TokenCredential } from "@azure/identity";
import type { AzureCloud } from "./azure-cloud.ts";
import type { ProviderSettings } from "./settings.ts";

/** The ways to sign in, in the order in which azure-native looks for them. */
export type CredentialKind = "default" | "clientCertificate" | "clientSecret" | "oidc" | "msi" | "cli";

const REQUIRED: Record<CredentialKind, { how: string; needs: ("Subscription ID" | "Tenant ID" | "Client ID")[] }> = {
  default: { how: "using the Default Azure Credential", needs: ["Subscription ID"] },
  clientCertificate: {
    how: "as a Service Principal using a Client Certificate",
    needs: ["Subscription ID", "Tenant ID", "Client ID"],
  },
  clientSecret: {
    how: "as a Service Principal using a Client Secret",
    needs: ["Subscription ID", "Tenant ID", "Client ID"],
  },
  oidc: { how: "with OIDC", needs: ["Subscription ID", "Tenant ID", "Client ID"] },
  msi: { how: "as a Managed Identity using MSI", needs: ["Subscription ID"] },
  cli: { how: "using the Azure CLI", needs: ["Subscription ID"] },
};

/**
 * Chooses how to sign in, and checks that what this needs is there. A method that is configured but incomplete is an
 * error; the next one is not tried.
 * @throws Error in the real provider's words
 */
export function credentialKind(settings: ProviderSettings): CredentialKind {
  const kind = configuredKind(settings);
  const { how, needs } = REQUIRED[kind];
  const given = {
    "Subscription ID": settings.subscriptionId,
    "Tenant ID": settings.tenantId,
    "Client ID": settings.clientId,
  };
  const fail = (what: string) => new Error(`A ${what} must be configured when authenticating ${how}.`);
  for (const need of needs) {
    if (given[need] === "") throw fail(need);
  }
  if (kind === "oidc" && settings.oidcToken === "" && settings.oidcTokenFilePath === "") {
    if (settings.oidcRequestUrl === "" || settings.oidcRequestToken === "") {
      throw fail("OIDC token or request URL and token");
    }
  }
  return kind;
}

function configuredKind(settings: ProviderSettings): CredentialKind {
  if (settings.useDefaultAzureCredential) return "default";
  if (settings.clientCertificatePath !== "") return "clientCertificate";
  if (settings.clientSecret !== "") return "clientSecret";
  if (settings.useOidc) return "oidc";
  return settings.useMsi ? "msi" : "cli";
}

/** Makes Microsoft's credential for the settings. Loads @azure/identity only here, for it takes a while to load. */
export async function makeCredential(settings: ProviderSettings, cloud: AzureCloud): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  const { tenantId, clientId } = settings;
  const options = {
    authorityHost: cloud.authorityHost,
    disableInstanceDiscovery: cloud.disableInstanceDiscovery,
    additionallyAllowedTenants: settings.auxiliaryTenantIds,
  };
  switch (credentialKind(settings)) {
    case "default":
      return new identity.DefaultAzureCredential({ ...options, ...(tenantId === "" ? {} : { tenantId }) });
    case "clientCertificate": {
      const { clientCertificatePath: certificatePath, clientCertificatePassword: certificatePassword } = settings;
      const certificate = certificatePassword === "" ? { certificatePath } : { certificatePath, certificatePassword };
      return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
    }
    case "clientSecret":
      return new identity.ClientSecretCredential(tenantId, clientId, settings.clientSecret, options);
    case "oidc":
      return new identity.ClientAssertionCredential(tenantId, clientId, () => oidcAssertion(settings), options);
    case "msi":
      return new identity.ManagedIdentityCredential(clientId === "" ? {} : { clientId });
    case "cli":
      return new identity.AzureCliCredential({
        additionallyAllowedTenants: settings.auxiliaryTenantIds,
        ...(tenantId === "" ? {} : { tenantId }),
      });
  }
}

/** The token that proves who runs: given, in a file (read every time, for it is renewed), or asked for as on GitHub. */
async function oidcAssertion(settings: ProviderSettings): Promise<string> {
  if (settings.oidcToken !== "") return settings.oidcToken;
  if (settings.oidcTokenFilePath !== "") {
    return (await readFile(settings.oidcTokenFilePath, "utf8")).trim();
  }
  const { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest } = await import(
    "@azure/core-rest-pipeline"
  );
  const url = new URL(settings.oidcRequestUrl);
  url.searchParams.set("audience", settings.oidcAudience || "api://AzureADTokenExchange");
  const headers = createHttpHeaders({
    accept: "application/json",
    authorization: `Bearer ${settings.oidcRequestToken}`,
  });
  const request = createPipelineRequest({ url: url.toString(), headers });
  const response = await createPipelineFromOptions({}).sendRequest(createDefaultHttpClient(), request);
  if (response.status !== 200) {
    throw new Error(`GitHub OIDC: ${response.status} with response: ${response.bodyAsText ?? ""}`);
  }
  const body: unknown = JSON.parse(response.bodyAsText ?? "null");
  const token: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "value") : undefined;
  if (typeof token !== "string") throw new Error("GitHub OIDC: cannot unmarshal response: it has no value");
  return token;
}
