import { DisagreementError, type IssuerDisagreement, issuerDisagreement } from "./disagreement";
import { named, type PlannedWorkload, type WorkloadPlan } from "./workload-identities";

/** The issuer of this stack's cluster. */
export interface ClusterIssuer {
  /** As the cluster reports it; undefined while a preview cannot know it. */
  readonly now: string | undefined;
  /** As this stack's outputs last said it, which is what tenant B can follow; undefined before the first deployment. */
  readonly published: string | undefined;
}

/**
 * Compares the cluster's issuer with those that tenant B trusts for each workload. An issuer that tenant B could not yet
 * read makes the workload wait, for tenant B learns it from this stack's outputs, and an error would keep them from being
 * written. One that it could read and did not follow is a disagreement.
 * @throws DisagreementError that names both issuers.
 */
export function compareIssuers(
  stack: string,
  planned: readonly PlannedWorkload[],
  { now, published }: ClusterIssuer,
): WorkloadPlan {
  const ready: PlannedWorkload[] = [];
  const waiting: string[] = [];
  const disagreements: string[] = [];
  for (const plan of planned) {
    const { subject, identity } = plan;
    if (identity.from !== "other stack") {
      ready.push(plan);
      continue;
    }
    const trusted = identity.identity.trusts.flatMap((trust) =>
      trust.subject === subject ? (trust.issuer ?? []) : [],
    );
    // A preview does not know the issuer of a cluster that changes, be it only a tag; most changes keep the cluster.
    const expected = now ?? published;
    const sides = { identity: identity.name, subject, trusted, identityStack: identity.stack, clusterStack: stack };
    if (expected !== undefined && trusted.includes(expected)) {
      ready.push(plan);
      if (now === undefined) waiting.push(perhapsNewText(plan, sides));
    } else if (now !== undefined && now === published) {
      disagreements.push(issuerDisagreement({ ...sides, issuer: now }));
    } else waiting.push(newIssuerText(plan, { ...sides, issuer: now ?? "known when the cluster is made" }));
  }
  if (disagreements.length > 0) throw new DisagreementError([...new Set(disagreements)]);
  return { ready, waiting };
}

function newIssuerText(plan: PlannedWorkload, sides: IssuerDisagreement): string {
  return [
    `Workload ${named(plan.workload)} waits for stack ${sides.identityStack}: the cluster is new, and tenant B trusts another one's tokens.`,
    `  tenant A's issuer:  ${sides.issuer}`,
    `  tenant B trusts:    ${sides.trusted.length === 0 ? "no issuer yet" : sides.trusted.join(", ")}`,
    "Everything else of this stack is made now. Next (where tenant B has the issuer typed in, change it there first):",
    ...nextCommands(sides),
  ].join("\n");
}

function perhapsNewText(plan: PlannedWorkload, sides: Omit<IssuerDisagreement, "issuer">): string {
  return [
    `The cluster changes, and a preview cannot know its issuer. Should it be made anew, workload ${named(plan.workload)} waits for stack ${sides.identityStack}, which trusts ${sides.trusted.join(", ")}. Then next:`,
    ...nextCommands(sides),
  ].join("\n");
}

function nextCommands({ identityStack, clusterStack }: Pick<IssuerDisagreement, "identityStack" | "clusterStack">) {
  return [`  pulumi up --stack ${identityStack}`, `  pulumi up --stack ${clusterStack}`];
}
