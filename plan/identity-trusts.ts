import { createHash } from "node:crypto";
import type { Identity, Trust } from "../config/identity";
import { tokenExchangeAudience } from "../federation/audience";
import { type IssuerUrl, issuerUrl } from "../federation/issuer";
import type { ClusterSideOutputs, Neighbours, ServiceAccountOutput } from "../federation/outputs";
import { type Subject, subjectOf } from "../federation/subject";
import { DisagreementError, issuerDisagreement, subjectDisagreement } from "./disagreement";

/** Where a trusted issuer comes from: known now, or from the cluster that this same stack makes. */
export type TrustedIssuer = { readonly known: IssuerUrl } | { readonly ofCluster: string };

export interface PlannedTrust {
  readonly subject: Subject;
  readonly audience: string;
  readonly issuer: TrustedIssuer;
  /** NAMESPACE/SERVICE ACCOUNT with a label; tells this trust from the identity's others, in this run and the next. */
  readonly key: string;
}

export interface IdentityPlan {
  readonly identity: Identity;
  readonly trusts: readonly PlannedTrust[];
  /** Subjects whose issuer no stack knows yet. */
  readonly pending: readonly Subject[];
}

/** Where the issuers of trusts without one of their own come from. */
export interface IssuerSources {
  /** Name of the cluster that this stack makes. */
  readonly ownCluster?: string | undefined;
  /** Issuer typed in as this stack's cluster. It is the only one trusted then, and what the stacks say is compared with it. */
  readonly typedIn?: IssuerUrl | undefined;
  readonly clusterStacks: Neighbours["clusterStacks"];
  readonly ownClientIds?: Neighbours["ownClientIds"];
}

/**
 * Resolves what each identity trusts, and compares it with what the cluster stacks say they run.
 * @throws DisagreementError when a cluster stack runs something else as one of these identities.
 */
export function planIdentities(stack: string, identities: readonly Identity[], sources: IssuerSources) {
  const plans = identities.map((identity) => planIdentity(identity, sources));
  const disagreements = sources.clusterStacks.flatMap(({ stack: clusterStack, outputs }) =>
    outputs === undefined ? [] : disagreementsWith(stack, plans, clusterStack, withNames(outputs, sources)),
  );
  if (disagreements.length > 0) throw new DisagreementError(disagreements);
  return { plans, waiting: waitingTexts(stack, plans, sources) };
}

function planIdentity(identity: Identity, sources: IssuerSources): IdentityPlan {
  const trusts: PlannedTrust[] = [];
  const pending: Subject[] = [];
  for (const trust of identity.trusts) {
    const subject = subjectOf({ namespace: trust.namespace, name: trust.serviceAccount });
    const issuers = issuersOf(trust, sources);
    for (const { issuer, label } of issuers.found) {
      const key = `${trust.namespace}/${trust.serviceAccount}${label}`;
      trusts.push({ subject, audience: tokenExchangeAudience, issuer, key });
    }
    if (issuers.missing) pending.push(subject);
  }
  return { identity, trusts: eachPairOnce(trusts), pending };
}

/** The same pair may come from two places, say typed in and from a stack; Azure takes it once. */
function eachPairOnce(trusts: readonly PlannedTrust[]): PlannedTrust[] {
  const pairs = new Map<string, PlannedTrust>();
  for (const trust of trusts) {
    const issuer = "known" in trust.issuer ? ["known", trust.issuer.known] : ["of", trust.issuer.ofCluster];
    const pair = JSON.stringify([...issuer, trust.subject]);
    const other = pairs.get(pair);
    // The shorter key has no label; it does not depend on the order of the list.
    if (other === undefined || trust.key.length < other.key.length) pairs.set(pair, trust);
  }
  return [...pairs.values()];
}

interface LabelledIssuer {
  readonly issuer: TrustedIssuer;
  /**
   * What tells the sources of one subject's issuers apart; empty for the first source. No issuer in it, except where it
   * is the source itself: a source that changes its issuer keeps its resource, which is then replaced, the old credential
   * first. As a second resource the new credential would be made beside the old one, beyond the limit of 20.
   */
  readonly label: string;
}

function issuersOf(trust: Trust, sources: IssuerSources): { found: LabelledIssuer[]; missing: boolean } {
  if (trust.issuer !== undefined) {
    const hash = createHash("sha256").update(trust.issuer).digest("hex").slice(0, 10);
    return { found: [{ issuer: { known: trust.issuer }, label: `#${hash}` }], missing: false };
  }
  if (sources.typedIn !== undefined)
    return { found: [{ issuer: { known: sources.typedIn }, label: "" }], missing: false };
  const found: LabelledIssuer[] = [];
  if (sources.ownCluster !== undefined) found.push({ issuer: { ofCluster: sources.ownCluster }, label: "" });
  for (const [index, { stack, outputs }] of sources.clusterStacks.entries()) {
    if (outputs === undefined) continue;
    const first = index === 0 && sources.ownCluster === undefined;
    found.push({ issuer: { known: issuerUrl(outputs.oidcIssuerUrl) }, label: first ? "" : `@${stack}` });
  }
  return { found, missing: sources.clusterStacks.some(({ outputs }) => outputs === undefined) };
}

function waitingTexts(stack: string, plans: readonly IdentityPlan[], { clusterStacks }: IssuerSources): string[] {
  const names = plans.filter(({ pending }) => pending.length > 0).map(({ identity }) => identity.name);
  if (names.length === 0) return [];
  return clusterStacks
    .filter(({ outputs }) => outputs === undefined)
    .map(
      ({ stack: other }) =>
        `Federated credentials of ${names.join(", ")} wait for stack ${other}, whose cluster has no issuer yet. Identities and roles are made now. Next:\n  pulumi up --stack ${other}\n  pulumi up --stack ${stack}`,
    );
}

/** What tenant A says it runs, with this stack's own names where a client ID was typed in. */
function withNames(outputs: ClusterSideOutputs, { ownClientIds }: IssuerSources): ClusterSideOutputs {
  const serviceAccounts = outputs.serviceAccounts.map((account) => ({
    ...account,
    identity: ownClientIds?.get(account.identity.toLowerCase()) ?? account.identity,
  }));
  return { ...outputs, serviceAccounts };
}

/** Tenant B may trust more than tenant A uses; tenant A may use nothing that tenant B does not trust. */
function disagreementsWith(
  stack: string,
  plans: readonly IdentityPlan[],
  clusterStack: string,
  { oidcIssuerUrl, serviceAccounts }: ClusterSideOutputs,
): string[] {
  return serviceAccounts.flatMap((account) => {
    const plan = plans.find(({ identity }) => isMeant(account, identity.name, stack));
    if (plan === undefined) return [];
    const subject = subjectOf(account);
    const same = plan.trusts.filter((trust) => trust.subject === subject);
    const sides = { identity: plan.identity.name, identityStack: stack, clusterStack };
    if (same.length === 0 && !plan.pending.includes(subject)) {
      const trusted = [...new Set(plan.trusts.map((trust) => trust.subject))];
      return [subjectDisagreement({ ...sides, workload: account.workload, wanted: subject, trusted })];
    }
    const trusted = same.flatMap(({ issuer }) => ("known" in issuer ? [issuer.known] : []));
    if (trusted.some((issuer) => issuer === oidcIssuerUrl)) return [];
    return [issuerDisagreement({ ...sides, subject, issuer: oidcIssuerUrl, trusted })];
  });
}

/** `mi`, or `STACK/mi` where STACK is this one, with or without organization and project. */
function isMeant({ identity }: ServiceAccountOutput, name: string, stack: string): boolean {
  const parts = identity.split("/");
  if (parts.at(-1) !== name) return false;
  return parts.length === 1 || parts.at(-2) === stack;
}
