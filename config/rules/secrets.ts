import type { Rule } from "./rule";

const secretCredentials = ["clientSecret", "clientCertificatePassword"] as const;

/** A tenant's key of which nothing is encrypted holds its secret in plain text, where git would keep it for ever. */
const encrypted: Rule = ({ config, raw }) =>
  (["tenantA", "tenantB"] as const).flatMap((tenant) =>
    secretCredentials
      .filter((name) => config[tenant]?.credentials?.[name] !== undefined && !raw.secretKeys.has(tenant))
      .map((name) => ({
        path: [tenant, "credentials", name],
        fault: "is in plain text in the stack file",
        value: "(hidden)",
        expected: "an encrypted value (`secure: …`)",
        advice: `renew it, for it may have been copied, and set it with: pulumi config set --secret --path ${tenant}.credentials.${name}`,
      })),
  );

const complete: Rule = ({ config }) =>
  (["tenantA", "tenantB"] as const).flatMap((tenant) => {
    const credentials = config[tenant]?.credentials;
    const way = (["clientSecret", "clientCertificatePath", "oidcTokenFilePath"] as const).find(
      (name) => credentials?.[name],
    );
    if (!credentials || !way || credentials.clientId !== undefined) return [];
    // The client ID may come from the environment (TENANT_A_ARM_CLIENT_ID), but a secret without its owner in one place is a slip.
    if (process.env[`${tenant === "tenantA" ? "TENANT_A" : "TENANT_B"}_ARM_CLIENT_ID`]) return [];
    return [
      {
        path: [tenant, "credentials", "clientId"],
        fault: `is missing, and \`${way}\` needs it`,
        expected: "client ID of the deployer's application, a GUID",
      },
    ];
  });

const oneWay: Rule = ({ config }) =>
  (["tenantA", "tenantB"] as const).flatMap((tenant) => {
    const credentials = config[tenant]?.credentials;
    if (!credentials) return [];
    const ways = Object.entries({
      clientSecret: credentials.clientSecret !== undefined,
      clientCertificatePath: credentials.clientCertificatePath !== undefined,
      useOidc: credentials.useOidc === true || credentials.oidcTokenFilePath !== undefined,
      useMsi: credentials.useMsi === true,
      useDefaultAzureCredential: credentials.useDefaultAzureCredential === true,
    }).flatMap(([name, chosen]) => (chosen ? [name] : []));
    if (ways.length < 2) return [];
    return [
      {
        path: [tenant, "credentials"],
        fault: `has ${ways.length} ways to sign in: ${ways.join(", ")}`,
        expected: "one of them",
        advice: "remove the others, so that it is plain who deploys",
      },
    ];
  });

export const secretRules: readonly Rule[] = [encrypted, complete, oneWay];
