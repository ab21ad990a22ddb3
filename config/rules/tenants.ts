import { sameId } from "../../federation/ids";
import type { Problem } from "../problem";
import { type CheckedConfig, given, type Rule } from "./rule";

const notEmpty: Rule = (checked) => {
  const sides = ["cluster", "workloads", "identities", "resourceProviders"] as const;
  if (sides.some((key) => given(checked, key))) return [];
  return [
    {
      path: [],
      fault:
        "the stack describes nothing: neither a cluster with workloads (the tenant A side) nor identities (the tenant B side)",
      expected: "`cluster` and `workloads`, or `identities`, or all of them",
      advice: "start from Pulumi.tenantA.yaml, Pulumi.tenantB.yaml or Pulumi.both.yaml, which are complete",
    },
  ];
};

const tenantOfEachSide: Rule = (checked) => {
  const { config } = checked;
  const problems = [];
  const because = clusterNeedsTenant(checked);
  if (because !== undefined && !given(checked, "tenantA")) problems.push(missing("tenantA", because));
  const ofB = (["identities", "resourceProviders"] as const).find((key) => config[key].length > 0);
  if (ofB !== undefined && !given(checked, "tenantB")) problems.push(missing("tenantB", ofB));
  return problems;
};

/** Every kind is a resource of Azure, but a plain cluster whose issuer is published elsewhere. */
function clusterNeedsTenant({ config: { cluster } }: CheckedConfig): string | undefined {
  if (cluster === undefined || !("kind" in cluster) || cluster.kind === undefined) return undefined;
  if (cluster.kind !== "kubernetes") return "cluster";
  return cluster.publishIssuer === undefined ? undefined : "cluster.publishIssuer";
}

function missing(tenant: "tenantA" | "tenantB", because: string): Problem {
  return {
    path: [tenant],
    fault: `is missing, and \`${because}\` needs it`,
    expected: "tenantId, subscriptionId and location",
    example: { tenantId: "…", subscriptionId: "…", location: "eastus" },
  };
}

const differentTenants: Rule = ({ config: { tenantA, tenantB } }) => {
  if (!tenantA || !tenantB) return [];
  const problems = [];
  if (tenantA.tenantId && tenantB.tenantId && sameId(tenantA.tenantId, tenantB.tenantId)) {
    problems.push({
      path: ["tenantB", "tenantId"],
      fault: "is the same as tenantA.tenantId",
      value: tenantB.tenantId,
      expected: "the tenant of the resources, which is another one than that of the cluster",
      advice: "sign in to tenant B and copy what `az account show --query tenantId` prints",
    });
  }
  const subscriptions = [tenantA.subscriptionId, tenantB.subscriptionId] as const;
  if (subscriptions[0] && subscriptions[1] && sameId(subscriptions[0], subscriptions[1])) {
    problems.push({
      path: ["tenantB", "subscriptionId"],
      fault: "is the same as tenantA.subscriptionId, and a subscription belongs to one tenant",
      value: tenantB.subscriptionId,
      expected: "a subscription of tenant B",
      advice: "sign in to tenant B and copy what `az account show --query id` prints",
    });
  }
  if (tenantA.environment && tenantB.environment && tenantA.environment !== tenantB.environment) {
    problems.push({
      path: ["tenantB", "environment"],
      fault: "is another cloud than tenantA.environment; Entra ID trusts across tenants, not across clouds",
      value: tenantB.environment,
      expected: tenantA.environment,
    });
  }
  return problems;
};

export const tenantRules: readonly Rule[] = [notEmpty, tenantOfEachSide, differentTenants];
