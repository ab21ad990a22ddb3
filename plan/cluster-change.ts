import { clusterOf } from "../config/cluster";
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
 * name or place, or a setting that no cluster can change. `cluster.replace` with the cluster's name lets it happen.
 *
 * Call it once in the program, after config and neighbours are read and before any provider or resource is made:
 *
 *     const { notes, confirmed } = checkClusterChange(stack, neighbours.publishedCluster, config);
 *
 * and make `describeCluster(clusterConfig, config.tenantA)` the stack's output `cluster`, with which the next deployment
 * compares. A stack without that output (new, or of an earlier version) is not checked.
 *
 * @throws ClusterChangeError that lists every difference, says what would be lost, and both ways out.
 */
export function checkClusterChange(
  stack: string,
  published: ClusterOutput | undefined,
  config: Pick<StackConfig, "cluster" | "tenantA">,
): CheckedChange {
  if (published === undefined || config.cluster === undefined) return { notes: [], confirmed: [] };
  const cluster = clusterOf(config.cluster);
  if (cluster === undefined) throw new ClusterChangeError(typedInText(stack, published));
  const changes = changesBetween(published, describeCluster(cluster, config.tenantA));
  const confirmed = cluster.replace === published.name;
  if (changes.length === 0) return { notes: confirmed ? [leftOverNote(published.name)] : [], confirmed: [] };
  if (confirmed) return { notes: [], confirmed: changes.map(({ what }) => what) };
  throw new ClusterChangeError(changeText(stack, published, changes, cluster.replace));
}

/** Every difference between what stands and what config wants. */
export function changesBetween(published: ClusterOutput, wanted: ClusterOutput): Change[] {
  const places = [
    ["cluster.kind", published.kind, wanted.kind],
    ["cluster.name", published.name, wanted.name],
    ["cluster.resourceGroup", published.resourceGroup, wanted.resourceGroup],
    ["tenantA.location", published.location, wanted.location],
  ] as const;
  const changes = places.flatMap(([what, was = notGiven, wouldBe = notGiven]) =>
    was === wouldBe ? [] : [{ what, was, wouldBe }],
  );
  // Another kind has other settings, which cannot be compared.
  if (published.kind !== wanted.kind) return changes;
  const fixed = Object.entries(published.fixed).flatMap(([what, was]) => {
    const wouldBe = wanted.fixed[what] ?? notGiven;
    return was === wouldBe ? [] : [{ what, was, wouldBe }];
  });
  return [...changes, ...fixed];
}

const owned = (kind: string) => kind === "aks" || kind === "aksArc";

function changeText(
  stack: string,
  published: ClusterOutput,
  changes: readonly Change[],
  replace: string | undefined,
): string {
  const width = Math.max(...changes.map(({ what }) => what.length)) + 2;
  const { kind, name } = published;
  return [
    `${headline(published)} Nothing was deployed.`,
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
    owned(kind)
      ? `To delete it and all that is in it: set cluster.replace: ${name} for this one deployment. Have what it stores elsewhere first.`
      : `To go on without it: set cluster.replace: ${name} for this one deployment. The cluster itself stays; what this stack made in it is deleted.`,
    `  pulumi config set --stack ${stack} --path cluster.replace ${name}`,
  ].join("\n");
}

function headline({ kind, name }: ClusterOutput): string {
  return owned(kind)
    ? `Cluster ${name} (kind ${kind}) would be deleted with all that is in it.`
    : `Cluster ${name} (kind ${kind}) would be left, and its workloads moved to another one.`;
}

/** Both are chosen when the cluster is made (Microsoft Learn, "Deploy and configure workload identity on AKS Arc"). */
const arcFeatures: Readonly<Record<string, string>> = {
  "cluster.oidcIssuer": "an issuer",
  "cluster.workloadIdentity": "workload identity",
};

function arcFeatureText({ kind, name }: ClusterOutput, changes: readonly Change[]): string[] {
  if (kind !== "aksArc") return [];
  return changes.flatMap(({ what, was }) => {
    const feature = arcFeatures[what];
    if (feature === undefined || (was !== "true" && was !== "false")) return [];
    const [made, wish] = was === "true" ? ["with", "off"] : ["without", "on"];
    return [
      `Cluster ${name} was made ${made} ${feature}, and AKS Arc cannot switch it ${wish} afterwards: ${what} is chosen when a cluster is made.`,
    ];
  });
}

function typedInText(stack: string, published: ClusterOutput): string {
  const { kind, name } = published;
  return [
    `${headline(published)} Nothing was deployed.`,
    `The config of stack ${stack} has only an issuer (cluster.oidcIssuerUrl) where cluster ${name} of kind ${kind} was.`,
    "To keep it: put the old `cluster` back.",
    "To go on without it: take `cluster` and `workloads` out of the config, then the issuer in:",
    `  pulumi config rm --stack ${stack} cluster && pulumi up --stack ${stack}`,
    `  pulumi config set --stack ${stack} --path cluster.oidcIssuerUrl ISSUER && pulumi up --stack ${stack}`,
  ].join("\n");
}

function leftOverNote(name: string): string {
  return `cluster.replace is still ${name}, which lets the next slip delete it. Remove it: pulumi config rm --path cluster.replace`;
}
