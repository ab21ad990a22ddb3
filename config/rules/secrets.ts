import { credentialsOf, environmentPrefix, overridingVariables, variablesOf, waysOf } from "../credentials";
import type { Credentials } from "../tenant";
import { type CheckedConfig, isUnread, isWhole, type Rule } from "./rule";

const tenants = ["tenantA", "tenantB"] as const;
const secretCredentials = ["clientSecret", "clientCertificatePassword"] as const;

/** A tenant's key of which nothing is encrypted holds its secret in plain text, where git would keep it for ever. */
const encrypted: Rule = ({ config, raw }) =>
  tenants.flatMap((tenant) =>
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

/** How a tenant's provider will sign in, environment included; undefined for a tenant that is not configured. */
function merged({ config, environment }: CheckedConfig, tenant: (typeof tenants)[number]): Credentials | undefined {
  return config[tenant] && credentialsOf(tenant, config[tenant].credentials, environment);
}

/** The client ID may come from the environment, but a secret without its owner in one place is a slip. */
const complete: Rule = (checked) =>
  tenants.flatMap((tenant) => {
    const credentials = checked.config[tenant]?.credentials;
    const way = (["clientSecret", "clientCertificatePath", "oidcTokenFilePath"] as const).find(
      (name) => credentials?.[name],
    );
    if (!credentials || !way || isUnread(checked, credentials, "clientId")) return [];
    if (merged(checked, tenant)?.clientId !== undefined) return [];
    return [
      {
        path: [tenant, "credentials", "clientId"],
        fault: `is missing, and \`${way}\` needs it`,
        expected: "client ID of the deployer's application, a GUID",
      },
    ];
  });

const oneWay: Rule = (checked) =>
  tenants.flatMap((tenant) => {
    const ways = waysOf(merged(checked, tenant) ?? {});
    if (ways.length < 2) return [];
    const configured = checked.config[tenant]?.credentials;
    const chosenInConfig = waysOf(configured ?? {});
    // A way that could not be read might have kept those of the environment out.
    const isWhollyRead = isWhole(checked, checked.config[tenant]) && isWhole(checked, configured);
    if (chosenInConfig.length < 2 && !isWhollyRead) return [];
    const named = ways.map((way) => {
      const given = chosenInConfig.includes(way)
        ? []
        : variablesOf(way, environmentPrefix[tenant], checked.environment);
      return given.length === 0 ? way : `${way} (${given.join(", ")})`;
    });
    return [
      {
        path: [tenant, "credentials"],
        fault: `has ${ways.length} ways to sign in: ${named.join(", ")}`,
        expected: "one of them",
        advice: "remove the others, so that it is plain who deploys",
      },
    ];
  });

/**
 * A kubeconfig is as good as the password of its user. The engine says of a whole top-level key only whether something in
 * it is encrypted; in a cluster nothing else is worth it.
 */
const encryptedKubeconfig: Rule = ({ config: { cluster }, raw }) => {
  const kubeconfig = cluster !== undefined && "kubeconfig" in cluster ? cluster.kubeconfig : undefined;
  if (kubeconfig === undefined || !("contents" in kubeconfig) || raw.secretKeys.has("cluster")) return [];
  return [
    {
      path: ["cluster", "kubeconfig", "contents"],
      fault: "is in plain text in the stack file",
      value: "(hidden)",
      expected: "an encrypted value (`secure: …`)",
      advice:
        "renew the credentials in it, for they may have been copied, and set it with: pulumi config set --secret --path cluster.kubeconfig.contents < FILE; or name the file: cluster.kubeconfig.path",
    },
  ];
};

export const secretRules: readonly Rule[] = [encrypted, encryptedKubeconfig, complete, oneWay];

/** azure-native fills in what a provider is not given from plain ARM_* variables, and may then prefer what it finds. */
export function credentialNotes(checked: CheckedConfig): string[] {
  return tenants.flatMap((tenant) => {
    const [way] = waysOf(merged(checked, tenant) ?? {});
    if (way === undefined) return [];
    return overridingVariables(way, checked.environment).map(
      (variable) =>
        `${variable} is set, and azure-native prefers it to \`${way}\`, with which ${tenant} is to sign in. Unset it; what is meant for one tenant has the prefix ${environmentPrefix[tenant]}.`,
    );
  });
}
