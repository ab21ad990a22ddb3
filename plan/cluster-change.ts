import { clusterOf, isOwnedKind } from "../config/cluster";
import { resourceIdParts } from "../config/resource-id";
import type { StackConfig } from "../config/stack";
import type { ClusterOutput } from "../federation/outputs";
import { describeCluster, notGiven } from "./cluster-description";

/** The stack would lose its cluster without anybody having said so. */
export class ClusterChangeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ClusterChangeError";
  }
}

interface Change {
  /** What differs: a config path, as far as there is one. */
  readonly what: string;
  readonly was: string;
  readonly wouldBe: string;
}

/** What was found, when nothing was refused. */
export interface CheckedChange {
  /** For the user, to be logged as warnings. */
  readonly notes: readonly string[];
  /** Config paths of the differences that `cluster.replace` confirms; empty where the cluster stays. */
  readonly confirmed: readonly string[];
}

/**
 * Refuses what would silently delete this stack's cluster, replace it or point the stack at another one: another kind,
 * name or place, a setting that no cluster can change, or no cluster at all. `cluster.replace` with the cluster's name
 * lets it happen. A stack that published no cluster (new, or of an earlier version) is not checked.
 * @throws ClusterChangeError that lists every difference, says what would be lost, and the ways out.
 */
export function checkClusterChange(
  stack: string,
  published: ClusterOutput | undefined,
  config: Pick<StackConfig, "cluster" | "tenantA">,
): CheckedChange {
  if (published === undefined) return { notes: [], confirmed: [] };
  if (config.cluster === undefined) {
    // Of a cluster that the stack does not own, it takes out what it brought, which is what such a config says.
    if (!isOwnedKind(published.kind)) return { notes: [], confirmed: [] };
    throw new ClusterChangeError(goneText(stack, published));
  }
  const cluster = clusterOf(config.cluster);
  const confirmed = config.cluster.replace === published.name;
  if (cluster === undefined) {
    if (confirmed) return { notes: [], confirmed: ["cluster.kind"] };
    throw new ClusterChangeError(typedInText(stack, published));
  }
  const changes = changesBetween(published, describeCluster(cluster, config.tenantA));
  if (changes.length === 0) return { notes: confirmed ? [leftOverNote(stack, published)] : [], confirmed: [] };
  if (confirmed) return { notes: [], confirmed: changes.map(({ what }) => what) };
  throw new ClusterChangeError(changeText(stack, published, changes, cluster.replace));
}

/** What a cluster can get later but never lose: a description lists it only where it is given. */
const onlyAdded: readonly string[] = ["cluster.entra"];

/** Every difference between what stands and what config wants. */
export function changesBetween(published: ClusterOutput, wanted: ClusterOutput): Change[] {
  const others = published.kind !== wanted.kind;
  const group = ({ resourceGroup, fixed }: ClusterOutput) =>
    others
      ? (resourceGroup ?? resourceIdParts(fixed["cluster.id"] ?? "")?.resourceGroup)?.toLowerCase()
      : resourceGroup;
  const places = [
    ["cluster.kind", published.kind, wanted.kind],
    ["cluster.name", published.name, wanted.name],
    ["cluster.resourceGroup", group(published), group(wanted)],
    ["tenantA.location", published.location, wanted.location],
  ] as const;
  // Not every kind says all of it: what is only in an id, or nowhere, is no difference.
  const changes = places.flatMap(([what, was, wouldBe]) =>
    was === undefined || wouldBe === undefined || was === wouldBe ? [] : [{ what, was, wouldBe }],
  );
  // Another kind has other settings, which cannot be compared.
  if (others) return changes;
  const fixed = Object.entries(published.fixed).flatMap(([what, was]) => {
    // A setting that this version does not describe was one of another version.
    const wouldBe = wanted.fixed[what] ?? (onlyAdded.includes(what) ? notGiven : was);
    return was === wouldBe ? [] : [{ what, was, wouldBe }];
  });
  return [...changes, ...fixed];
}

function changeText(
  stack: string,
  published: ClusterOutput,
  changes: readonly Change[],
  replace: string | undefined,
): string {
  const width = Math.max(...changes.map(({ what }) => what.length)) + 2;
  return [
    `${headline(published)} Nothing in Azure or Kubernetes was changed.`,
    `The config of stack ${stack} differs from the cluster that stands:`,
    "",
    ...changes.flatMap(({ what, was, wouldBe }) => [
      `  ${what.padEnd(width)}was ${was}`,
      `  ${"".padEnd(width)}would be ${wouldBe}`,
    ]),
    "",
    ...arcFeatureText(published, changes),
    ...(replace === undefined ? [] : [`cluster.replace is ${replace}, which is not the cluster that stands.`]),
    "To keep it: put the old values back.",
    ...confirmation(stack, published),
  ].join("\n");
}

/** How to let the cluster go, in one deployment. */
function confirmation(stack: string, { kind, name }: ClusterOutput): string[] {
  return [
    ...(isOwnedKind(kind)
      ? [
          `To delete it and all that is in it: set cluster.replace: ${name} for this one deployment. Have what it stores elsewhere first.`,
          protectedText,
        ]
      : [
          `To go on without it: set cluster.replace: ${name} for this one deployment. The cluster itself stays; what this stack made in it is deleted.`,
        ]),
    `  pulumi config set --stack ${stack} --path cluster.replace ${name}`,
  ];
}

/** The engine looks at the protection in the state, not at the one that the same deployment would set. */
const protectedText =
  "Where cluster.protect is true: set it to false and run `pulumi up` before, with the old values; nothing deletes a protected cluster.";

function headline({ kind, name }: ClusterOutput): string {
  return isOwnedKind(kind)
    ? `Cluster ${name} (kind ${kind}) would be deleted with all that is in it.`
    : `Cluster ${name} (kind ${kind}) would be left, and its workloads moved to another one.`;
}

/** It is chosen when the cluster is made (Microsoft Learn, "Deploy and configure workload identity on AKS Arc"). */
const arcFeature = "cluster.workloadIdentity";

function arcFeatureText({ kind, name }: ClusterOutput, changes: readonly Change[]): string[] {
  if (kind !== "aksArc") return [];
  return changes.flatMap(({ what, was }) => {
    if (what !== arcFeature || (was !== "true" && was !== "false")) return [];
    const [made, wish] = was === "true" ? ["with", "off"] : ["without", "on"];
    return [
      `Cluster ${name} was made ${made} workload identity, and AKS Arc cannot switch it ${wish} afterwards: ${what} is chosen when a cluster is made.`,
    ];
  });
}

function typedInText(stack: string, published: ClusterOutput): string {
  const { kind, name } = published;
  return [
    `${headline(published)} Nothing in Azure or Kubernetes was changed.`,
    `The config of stack ${stack} has only an issuer (cluster.oidcIssuerUrl) where cluster ${name} of kind ${kind} was.`,
    "To keep it: put the old `cluster` back.",
    ...confirmation(stack, published),
  ].join("\n");
}

function goneText(stack: string, published: ClusterOutput): string {
  const { kind, name } = published;
  return [
    `${headline(published)} Nothing in Azure or Kubernetes was changed.`,
    `The config of stack ${stack} has no \`cluster\` any more where cluster ${name} of kind ${kind} was.`,
    "To keep it: put the old `cluster` back.",
    "To delete it, and all else that the stack made:",
    `  pulumi destroy --stack ${stack}`,
    `To delete it and keep identities of the stack: give the issuer that they are to trust, and cluster.replace: ${name}.`,
    `  pulumi config set --stack ${stack} --path cluster.oidcIssuerUrl ISSUER`,
    `  pulumi config set --stack ${stack} --path cluster.replace ${name}`,
    protectedText,
  ].join("\n");
}

function leftOverNote(stack: string, { kind, name }: ClusterOutput): string {
  const loss = isOwnedKind(kind) ? "delete it" : "take the workloads out of it";
  return `cluster.replace is still ${name}, which lets the next slip ${loss}. Remove it: pulumi config rm --stack ${stack} --path cluster.replace`;
}
