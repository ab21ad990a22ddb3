import type { Workload } from "../config/workload";
import { nearest } from "../federation/nearest";
import type { IdentityOutput, Neighbours } from "../federation/outputs";
import { type Subject, subjectOf } from "../federation/subject";
import { DisagreementError, subjectDisagreement } from "./disagreement";

/** Whose tokens a workload gets. */
export type WorkloadIdentity =
  /** An identity that this same stack makes. */
  | { readonly from: "this stack"; readonly name: string }
  /** An identity of another stack, with what tenant B trusts. */
  | { readonly from: "other stack"; readonly stack: string; readonly name: string; readonly identity: IdentityOutput }
  /** Typed into the config: nothing to compare with. */
  | { readonly from: "config"; readonly clientId: string; readonly tenantId: string; readonly subscriptionId?: string };

export interface PlannedWorkload {
  readonly workload: Workload;
  readonly subject: Subject;
  readonly identity: WorkloadIdentity;
}

export interface WorkloadPlan {
  readonly ready: readonly PlannedWorkload[];
  /** One text for each stack that has to be deployed before some workloads can run. */
  readonly waiting: readonly string[];
}

/**
 * Finds each workload's identity and compares the subject that tenant A will present with those that tenant B trusts.
 * @throws DisagreementError when tenant B is deployed and says something else.
 */
export function planWorkloads(
  stack: string,
  workloads: readonly Workload[],
  ownIdentities: readonly string[],
  { identityStacks }: Pick<Neighbours, "identityStacks">,
): WorkloadPlan {
  const ready: PlannedWorkload[] = [];
  const waitingFor = new Map<string, { workloads: string[]; reason: string }>();
  const disagreements: string[] = [];

  for (const workload of workloads) {
    const subject = subjectOf({ namespace: workload.namespace, name: workload.serviceAccount });
    const found = findIdentity(workload, ownIdentities, identityStacks);
    if (found.is === "identity") {
      const { identity } = found;
      const verdict = identity.from === "other stack" ? compareSubject(stack, workload, subject, identity) : "agreed";
      if (verdict === "agreed") ready.push({ workload, subject, identity });
      else if (verdict === "waits for issuer" && identity.from === "other stack") {
        note(identity.stack, named(workload), `it has no credential for this cluster's issuer yet`);
      } else disagreements.push(verdict);
    } else if (found.is === "waiting") {
      for (const each of found.stacks) note(each, named(workload), "it has not been deployed yet");
    } else disagreements.push(found.fault);
  }
  if (disagreements.length > 0) throw new DisagreementError(disagreements);
  return { ready, waiting: [...waitingFor].map(([name, each]) => waitingText(stack, name, each)) };

  function note(name: string, workload: string, reason: string): void {
    const entry = waitingFor.get(name) ?? { workloads: [], reason };
    entry.workloads.push(workload);
    waitingFor.set(name, entry);
  }
}

/** A workload with the identity that it waits for. */
export function named({ name, identity }: Workload): string {
  return typeof identity === "string" ? `${name} (identity ${identity.slice(identity.lastIndexOf("/") + 1)})` : name;
}

function waitingText(
  stack: string,
  other: string,
  { workloads, reason }: { workloads: string[]; reason: string },
): string {
  const names = workloads.length === 1 ? `Workload ${workloads[0]} waits` : `Workloads ${workloads.join(", ")} wait`;
  return `${names} for stack ${other}: ${reason}. Everything else of this stack is made now. Next:\n  pulumi up --stack ${other}\n  pulumi up --stack ${stack}`;
}

type Found =
  | { readonly is: "identity"; readonly identity: WorkloadIdentity }
  | { readonly is: "waiting"; readonly stacks: readonly string[] }
  | { readonly is: "fault"; readonly fault: string };

function findIdentity(
  workload: Workload,
  ownIdentities: readonly string[],
  stacks: Neighbours["identityStacks"],
): Found {
  const { identity } = workload;
  if (typeof identity !== "string") return { is: "identity", identity: { from: "config", ...identity } };
  if (ownIdentities.includes(identity)) return { is: "identity", identity: { from: "this stack", name: identity } };

  const slash = identity.lastIndexOf("/");
  const name = identity.slice(slash + 1);
  const candidates = slash < 0 ? stacks : stacks.filter(({ stack }) => stack === identity.slice(0, slash));
  const holders = candidates.flatMap(({ stack, outputs }) => {
    const found = outputs !== undefined && Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    return found === undefined ? [] : [{ from: "other stack" as const, stack, name, identity: found }];
  });
  const [holder] = holders;
  if (holder !== undefined && holders.length === 1) return { is: "identity", identity: holder };
  if (holders.length > 1) {
    const choices = holders.map(({ stack }) => `${stack}/${name}`).join(" or ");
    return {
      is: "fault",
      fault: `Workload ${workload.name} wants identity ${name}, and ${holders.length} stacks have one. Write ${choices}.`,
    };
  }
  const waiting = candidates.filter(({ outputs }) => outputs === undefined).map(({ stack }) => stack);
  if (waiting.length > 0) return { is: "waiting", stacks: waiting };
  const known = candidates.flatMap(({ outputs }) => Object.keys(outputs ?? {}));
  const meant = nearest(name, known);
  const places = candidates.map(({ stack }) => stack).join(", ");
  return {
    is: "fault",
    fault: [
      `Workload ${workload.name} wants identity ${name}, which stack ${places} does not have.`,
      `  identities there:  ${known.length === 0 ? "none" : known.join(", ")}`,
      meant === undefined
        ? `Add it to the \`identities\` of stack ${places} and run \`pulumi up\` there first.`
        : `Did you mean ${meant}? A new identity is added in stack ${places} first.`,
    ].join("\n"),
  };
}

type OtherStackIdentity = Extract<WorkloadIdentity, { from: "other stack" }>;

function compareSubject(
  stack: string,
  workload: Workload,
  subject: Subject,
  { identity, ...place }: OtherStackIdentity,
) {
  const same = identity.trusts.filter((trust) => trust.subject === subject);
  if (same.length === 0) {
    return subjectDisagreement({
      identity: place.name,
      workload: workload.name,
      wanted: subject,
      trusted: [...new Set(identity.trusts.map((trust) => trust.subject))],
      identityStack: place.stack,
      clusterStack: stack,
    });
  }
  return same.every(({ issuer }) => issuer === undefined) ? "waits for issuer" : "agreed";
}
