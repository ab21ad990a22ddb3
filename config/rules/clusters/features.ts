import { given, isUnread, type Rule } from "../rule";

/** What workloads and identities need of the cluster, kind by kind. */

const workloadIdentityOn: Rule = (checked) => {
  const { cluster, workloads } = checked.config;
  if (workloads.length === 0 || cluster === undefined || !("kind" in cluster)) return [];
  if (cluster.kind !== "existingAks" || cluster.workloadIdentity !== "disabled") return [];
  return [
    {
      path: ["cluster", "workloadIdentity"],
      fault: "is disabled, and `workloads` need it: without the webhook their pods get no token",
      value: "disabled",
      expected: "enabled",
      advice: "remove it, or take the workloads out of the stack first",
    },
  ];
};

/** `az aksarc create`: workload identity is chosen when the cluster is made (Microsoft Learn, "Workload identity on AKS Arc"). */
const arcWorkloadIdentity: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "aksArc") return [];
  if (cluster.workloadIdentity !== false || checked.config.workloads.length === 0) return [];
  return [
    {
      path: ["cluster", "workloadIdentity"],
      fault: "is false, and `workloads` need it: without the webhook their pods get no token",
      value: false,
      expected: "true",
      advice:
        "remove it, or take the workloads out: it is chosen when a cluster is made, and AKS Arc cannot switch it on or off afterwards",
    },
  ];
};

const kubeconfigForWorkloads: Rule = (checked) => {
  const { cluster, workloads } = checked.config;
  if (workloads.length === 0 || cluster === undefined || !("kind" in cluster)) return [];
  if (cluster.kind !== "connected" || cluster.kubeconfig !== undefined) return [];
  if (isUnread(checked, cluster, "kubeconfig")) return [];
  return [
    {
      path: ["cluster", "kubeconfig"],
      fault: "is missing, and `workloads` need it: Arc tells the issuer, but gives no way into the cluster",
      expected: "path and context of a kubeconfig, or its encrypted contents",
      example: { path: "~/.kube/config", context: "edge" },
    },
  ];
};

/** A stack without any tenant has nothing that the webhook could give to a service account which names none. */
const tenantOfWebhook: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "kubernetes") return [];
  const { webhook } = cluster;
  if (webhook === undefined || webhook.tenantId !== undefined) return [];
  if (isUnread(checked, webhook, "tenantId") || given(checked, "tenantA") || given(checked, "tenantB")) return [];
  return [
    {
      path: ["cluster", "webhook", "tenantId"],
      fault: "is missing, and the stack has neither tenantA nor tenantB to take it from",
      expected: "the tenant of service accounts that name none, a GUID",
      example: "aaaaaaaa-0000-4000-8000-00000000000a",
    },
  ];
};

export const featureRules: readonly Rule[] = [
  workloadIdentityOn,
  arcWorkloadIdentity,
  kubeconfigForWorkloads,
  tenantOfWebhook,
];
