/** A cloud of Azure, as far as the program goes there. */
export interface Cloud {
  /** AZURE_ENVIRONMENT, as the workload identity webhook and Azure's libraries write it. */
  name: string;
  /** Where to sign in, without a slash at the end. */
  authority: string;
  /** Resource Manager, and the resource that a token for it is asked for. */
  resourceManager: string;
}

/** Sources: @azure/identity `AzureAuthorityHosts`, `getArmEndpoint` of Azure's clients, go-autorest's names. */
export const CLOUDS: readonly [Cloud, ...Cloud[]] = [
  {
    name: "AzurePublicCloud",
    authority: "https://login.microsoftonline.com",
    resourceManager: "https://management.azure.com",
  },
  {
    name: "AzureUSGovernmentCloud",
    authority: "https://login.microsoftonline.us",
    resourceManager: "https://management.usgovcloudapi.net",
  },
  {
    name: "AzureChinaCloud",
    authority: "https://login.chinacloudapi.cn",
    resourceManager: "https://management.chinacloudapi.cn",
  },
];

const PUBLIC = CLOUDS[0];

/** Names of the same clouds that `az cloud list` and Pulumi use. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  azurecloud: "AzurePublicCloud",
  public: "AzurePublicCloud",
  azureusgovernment: "AzureUSGovernmentCloud",
  usgovernment: "AzureUSGovernmentCloud",
  china: "AzureChinaCloud",
};

/** Further hosts of the same authorities (MSAL's authority metadata). */
const OTHER_HOSTS: Readonly<Record<string, string>> = {
  "login.windows.net": "login.microsoftonline.com",
  "login.usgovcloudapi.net": "login.microsoftonline.us",
  "login.partner.microsoftonline.cn": "login.chinacloudapi.cn",
};

/** What does not name one cloud, in the parts that every message of this program has. */
export interface CloudProblem {
  name: string;
  problem: string;
  advice: string;
}

/**
 * The cloud that the environment names. The webhook injects AZURE_AUTHORITY_HOST, and so it decides; AZURE_ENVIRONMENT is
 * for other places. Neither: the public cloud.
 */
export function readCloud(env: Record<string, string | undefined>): { cloud: Cloud; problems: CloudProblem[] } {
  const host = env.AZURE_AUTHORITY_HOST?.trim() ?? "";
  const name = env.AZURE_ENVIRONMENT?.trim() ?? "";
  const byHost = host === "" ? undefined : cloudAt(host);
  const byName = name === "" ? undefined : cloudNamed(name);
  const problems: CloudProblem[] = [];
  if (host !== "" && byHost === undefined) {
    problems.push({
      name: "AZURE_AUTHORITY_HOST",
      problem: `is "${host}", which is the authority of no cloud that this program knows`,
      advice: `one of ${CLOUDS.map(({ authority }) => `${authority}/`).join(", ")}; in a pod the webhook sets it, from its own AZURE_ENVIRONMENT`,
    });
  }
  if (name !== "" && byName === undefined) {
    problems.push({
      name: "AZURE_ENVIRONMENT",
      problem: `is "${name}", which is no cloud that this program knows`,
      advice: `one of ${CLOUDS.map((cloud) => cloud.name).join(", ")}`,
    });
  }
  if (byHost !== undefined && byName !== undefined && byHost !== byName) {
    problems.push({
      name: "AZURE_ENVIRONMENT",
      problem: `is "${name}", but AZURE_AUTHORITY_HOST is ${host}, the authority of ${byHost.name}`,
      advice: "leave AZURE_ENVIRONMENT out of the pod, or set it to the cloud of the cluster",
    });
  }
  return { cloud: byHost ?? byName ?? PUBLIC, problems };
}

function cloudAt(address: string): Cloud | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname } = new URL(address);
  const host = OTHER_HOSTS[hostname] ?? hostname;
  return CLOUDS.find(({ authority }) => `${protocol}//${host}` === authority);
}

function cloudNamed(text: string): Cloud | undefined {
  const name = OTHER_NAMES[text.toLowerCase()] ?? text;
  return CLOUDS.find((cloud) => cloud.name.toLowerCase() === name.toLowerCase());
}
