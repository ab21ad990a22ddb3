import { injectedVariables, namespacesWithoutWebhook } from "../../federation/webhook";
import { scheduleFault } from "../cron";
import type { Problem } from "../problem";
import { type CheckedConfig, isUnread, isWhole, nameOf, pathOf, type Rule, repeated } from "./rule";

/** Controllers add a suffix of 11 characters to a CronJob's name to name its Jobs (Kubernetes documentation, "CronJob"). */
const maxCronJobName = 52;

const uniqueWorkloads: Rule = (checked) =>
  repeated(checked.config.workloads, ({ namespace, kind, name }) =>
    namespace && kind && name ? `${namespace}/${kind}/${name}` : undefined,
  ).map(({ item }) => ({
    path: pathOf(checked, "workloads", item, "name"),
    fault: `is the name of two workloads of kind ${item.kind} in namespace ${item.namespace}`,
    value: item.name,
    expected: "a name of its own",
  }));

const cronJobs: Rule = (checked) =>
  checked.config.workloads.flatMap((workload): Problem[] => {
    const path = (key: string) => pathOf(checked, "workloads", workload, key);
    if (workload.kind === undefined) return [];
    if (workload.kind !== "CronJob") {
      if (workload.schedule === undefined) return [];
      return [
        {
          path: path("schedule"),
          fault: `belongs to a CronJob, and this is a ${workload.kind}`,
          value: workload.schedule,
          advice: "remove it, or set `kind: CronJob`",
        },
      ];
    }
    const problems = [];
    if (workload.name !== undefined && workload.name.length > maxCronJobName) {
      problems.push({
        path: path("name"),
        fault: `is longer than the ${maxCronJobName} characters that Kubernetes allows for a CronJob`,
        value: workload.name,
        expected: `${maxCronJobName} characters at most, because each Job adds 11 to it`,
      });
    }
    const example = "*/15 * * * *";
    if (workload.schedule === undefined) {
      if (isUnread(checked, workload, "schedule")) return problems;
      problems.push({
        path: path("schedule"),
        fault: "is missing, and a CronJob needs it",
        expected: "five cron fields",
        example,
      });
    } else {
      const fault = scheduleFault(workload.schedule);
      if (fault !== undefined) {
        problems.push({
          path: path("schedule"),
          fault: `is not a schedule: ${fault}`,
          value: workload.schedule,
          expected: "minute, hour, day of the month, month and day of the week",
          example,
        });
      }
    }
    return problems;
  });

const replicas: Rule = (checked) =>
  checked.config.workloads
    .filter(({ kind, replicas }) => replicas !== undefined && kind !== undefined && kind !== "Deployment")
    .map((workload) => ({
      path: pathOf(checked, "workloads", workload, "replicas"),
      fault: `belongs to a Deployment, and this is a ${workload.kind}`,
      value: workload.replicas,
      advice: "remove it, or set `kind: Deployment`",
    }));

const mutatedNamespaces: Rule = (checked) =>
  checked.config.workloads
    .filter(({ namespace }) => namespacesWithoutWebhook.some((name) => name === namespace))
    .map((workload) => ({
      path: pathOf(checked, "workloads", workload, "namespace"),
      fault: "belongs to Kubernetes itself; the workload identity webhook leaves its pods without a token",
      value: workload.namespace,
      expected: "a namespace of your own",
      example: "default",
    }));

const newNamespaces: Rule = (checked) =>
  checked.config.workloads
    .filter(({ createNamespace, namespace }) => createNamespace && namespace === "default")
    .map((workload) => ({
      path: pathOf(checked, "workloads", workload, "createNamespace"),
      fault: "asks for namespace default, which every cluster has",
      value: true,
      advice: "remove it, or give the workload a `namespace` of its own",
    }));

/** A service account carries one client ID: two identities on it would each overwrite the other. */
const oneIdentityPerServiceAccount: Rule = (checked) =>
  (["identity", "tokenExpirationSeconds"] as const).flatMap((key) => {
    const firsts = new Map<string, (typeof checked.config.workloads)[number]>();
    return checked.config.workloads.flatMap((workload) => {
      const { namespace, serviceAccount, [key]: value } = workload;
      if (namespace === undefined || serviceAccount === undefined) return [];
      if (value === undefined || !isWhole(checked, value)) return [];
      const account = `${namespace}/${serviceAccount}`;
      const first = firsts.get(account) ?? workload;
      firsts.set(account, first);
      const wanted = JSON.stringify(first[key]);
      if (wanted === JSON.stringify(value)) return [];
      return [
        {
          path: pathOf(checked, "workloads", workload, key),
          fault: `differs from that of workload ${nameOf(checked, "workloads", first)}, which has the same service account ${account}`,
          value,
          expected: `${key === "identity" ? `the same identity (${wanted})` : wanted}, or another service account`,
        },
      ];
    });
  });

export const workloadRules: readonly Rule[] = [
  uniqueWorkloads,
  cronJobs,
  replicas,
  mutatedNamespaces,
  newNamespaces,
  oneIdentityPerServiceAccount,
];

/** A variable that a container sets itself keeps the webhook from injecting its own, in that container only. */
export function workloadNotes({ config }: CheckedConfig): string[] {
  return config.workloads.flatMap(({ name, env }) =>
    injectedVariables
      .filter((variable) => variable !== "AZURE_AUTHORITY_HOST" && variable in (env ?? {}))
      .map(
        (variable) =>
          `Workload ${name ?? ""} sets ${variable} itself, so the webhook leaves it alone. Remove it from \`env\`: the service account's annotations give it to every container, sidecars included.`,
      ),
  );
}
