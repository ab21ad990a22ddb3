import { type Cloud, readCloud } from "./clouds.ts";

/** What the program was told by its environment, checked. Times are in seconds. */
export interface Settings {
  /** Subscription whose quota is read: the one of the tenant that gives the trust. */
  subscriptionId: string;
  /** Azure region in its short form, `eastus`. */
  region: string;
  /** Quota resource, `cores` or a family such as `standardDSv3Family`. */
  resourceName: string;
  /** Where to sign in and where Resource Manager is. */
  cloud: Cloud;
  tenantId?: string;
  clientId?: string;
  /** Path of the projected service account token; present in a pod that the workload identity webhook has mutated. */
  tokenFile?: string;
  /** How long refusals that time may heal are retried. */
  retrySeconds: number;
  /** Pause between two reads of a program that keeps running. */
  intervalSeconds: number;
}

/** One thing that is wrong in the environment, in the three parts that every message of this program has. */
export interface SettingProblem {
  name: string;
  problem: string;
  advice: string;
}

/** Thrown with every problem at once, so that one look at the log is enough to mend them all. */
export class SettingsError extends Error {
  readonly problems: SettingProblem[];

  constructor(problems: SettingProblem[]) {
    super(problems.map(({ name, problem, advice }) => `${name} ${problem}: ${advice}`).join("\n"));
    this.name = "SettingsError";
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// setTimeout fires at once for anything above 2^31 - 1 ms; a day is far below and more than anybody waits.
const LONGEST_SECONDS = 86_400;

const REQUIRED = [
  {
    name: "AZURE_SUBSCRIPTION_ID",
    form: GUID,
    shape: "a GUID",
    advice:
      "id of the subscription whose quota is read, in the tenant that gives the trust; for example bbbbbbbb-1111-4111-8111-11111111111b",
  },
  {
    name: "AZURE_REGION",
    form: /^[a-z][a-z0-9]+$/i,
    shape: "a region's short name, without spaces",
    advice: "Azure region to read the quota of; for example eastus (az account list-locations -o table)",
  },
  {
    name: "AZURE_RESOURCE_NAME",
    form: /^[A-Za-z0-9][\w.-]*$/,
    shape: "a quota resource's name",
    advice:
      "compute resource to read the quota of; for example cores or standardDSv3Family (az vm list-usage --location eastus)",
  },
] as const;

/**
 * Reads and checks the environment.
 *
 * @throws SettingsError that lists every problem
 */
export function readSettings(env: Environment): Settings {
  const problems: SettingProblem[] = [];
  const required = new Map<string, string>();
  for (const { name, form, shape, advice } of REQUIRED) {
    const value = env[name]?.trim() ?? "";
    if (value === "") problems.push({ name, problem: "is not set", advice });
    else if (!form.test(value)) problems.push({ name, problem: `is "${value}", which is not ${shape}`, advice });
    else required.set(name, value);
  }
  const seconds = (name: string, fallback: number, least: number, meaning: string): number => {
    const text = env[name]?.trim();
    if (!text) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= LONGEST_SECONDS) return value;
    problems.push({
      name,
      problem: `is "${text}", which is not a whole number from ${least} to ${LONGEST_SECONDS}`,
      advice: `${meaning}, in seconds; for example ${fallback}`,
    });
    return fallback;
  };
  // Kept beside the required ones so that all problems come out together.
  const retrySeconds = seconds("APP_RETRY_SECONDS", 600, 0, "how long a refusal that time may heal is retried");
  const intervalSeconds = seconds("APP_INTERVAL_SECONDS", 300, 1, "pause between two reads");
  const { cloud, problems: cloudProblems } = readCloud(env);
  problems.push(...cloudProblems, ...identityProblems(env));
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    subscriptionId: required.get("AZURE_SUBSCRIPTION_ID") ?? "",
    region: required.get("AZURE_REGION") ?? "",
    resourceName: required.get("AZURE_RESOURCE_NAME") ?? "",
    cloud,
    tenantId: env.AZURE_TENANT_ID?.trim() || undefined,
    clientId: env.AZURE_CLIENT_ID?.trim() || undefined,
    tokenFile: env.AZURE_FEDERATED_TOKEN_FILE?.trim() || undefined,
    retrySeconds,
    intervalSeconds,
  };
}

/**
 * A pod that the webhook has not, or only half, mutated. Falling back on the node's own identity would be worse than
 * stopping: it belongs to the cluster's tenant, and its refusal would point away from the cause.
 * Rules: azure-workload-identity pkg/webhook (AZURE_CLIENT_ID is injected only when the annotation is there).
 */
function identityProblems(env: Environment): SettingProblem[] {
  const inPod = Boolean(env.KUBERNETES_SERVICE_HOST);
  const tokenFile = env.AZURE_FEDERATED_TOKEN_FILE?.trim();
  if (!tokenFile) {
    // An explicit choice of credential, for instance in a pod with a managed identity, is the user's own.
    if (!inPod || env.AZURE_TOKEN_CREDENTIALS || env.AZURE_CLIENT_SECRET || env.AZURE_CLIENT_CERTIFICATE_PATH)
      return [];
    return [
      {
        name: "AZURE_FEDERATED_TOKEN_FILE",
        problem: "is not set although this is a pod",
        advice:
          'the workload identity webhook did not mutate the pod: give the pod the label azure.workload.identity/use: "true", check that the webhook runs, then create the pod anew (pods are mutated only when they are created)',
      },
    ];
  }
  const annotated = (name: string, annotation: string, what: string) =>
    GUID.test(env[name]?.trim() ?? "")
      ? []
      : [
          {
            name,
            problem: env[name] ? `is "${env[name]}", which is not a GUID` : "is not set",
            advice: `annotate the service account with ${annotation}: ${what}, then create the pod anew`,
          },
        ];
  return [
    ...annotated(
      "AZURE_CLIENT_ID",
      "azure.workload.identity/client-id",
      "the client id (not the resource id) of the identity in the tenant that gives the trust",
    ),
    ...annotated(
      "AZURE_TENANT_ID",
      "azure.workload.identity/tenant-id",
      "the id of the tenant that gives the trust, not of the cluster's",
    ),
  ];
}
