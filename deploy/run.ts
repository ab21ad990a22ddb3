import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type DeploymentOrder, stacksOf } from "./order.ts";
import { progressOf, type Report } from "./progress.ts";
import { clusterObjects, type Stacks } from "./stacks.ts";

/** Asked before each change; false stops the run without an error. */
export type Confirm = (question: string) => Promise<boolean>;

export interface Conduct {
  report: Report;
  confirm: Confirm;
  /** Show the plan of each step and change nothing. */
  previewOnly: boolean;
  /** Prints the engine's own preview text. */
  showPreview?: (text: string) => void;
}

/** Stops a run that the user did not confirm. */
export class Declined extends Error {}

/**
 * Deploys in three rounds (clusters, identities, the workloads that waited), after making the stacks that do not exist.
 * Stacks of one round have nothing to do with each other and run side by side where nobody has to be asked. A stack
 * whose preview is empty is left alone.
 */
export async function deploy(stacks: Stacks, order: DeploymentOrder, conduct: Conduct): Promise<void> {
  await makeMissing(stacks, stacksOf(order), conduct);
  const { clusters, identities, workloads } = order;
  // What the workloads of the last round need is not made by a preview of the rounds before.
  for (const round of conduct.previewOnly ? [clusters, identities] : [clusters, identities, workloads]) {
    const existing = round.filter((name) => stacks.has(name));
    await eachOf(existing, conduct, (name) => bringUp(name, stacks.get(name), conduct));
  }
}

/** Empty stacks for the names that have none yet: the references between stacks need both ends. */
async function makeMissing(stacks: Stacks, names: string[], conduct: Conduct): Promise<void> {
  const missing = names.filter((name) => !stacks.has(name));
  if (missing.length === 0) return;
  if (conduct.previewOnly) {
    conduct.report(
      `Not there yet, so without a preview: ${missing.join(", ")}. pulumi stack init makes an empty stack.`,
    );
    return;
  }
  if (!(await conduct.confirm(`Make the stack${missing.length > 1 ? "s" : ""} ${missing.join(" and ")}?`))) {
    throw new Declined("No stack was made.");
  }
  // One after the other: each changes the workspace's selection.
  for (const name of missing) await stacks.create(name);
}

async function bringUp(name: string, stack: Stack, conduct: Conduct): Promise<void> {
  if (conduct.showPreview) {
    const preview = await stack.preview({ diff: false });
    conduct.showPreview(preview.stdout);
    if (!hasChanges(preview.changeSummary)) {
      conduct.report(`${name}: nothing to change`);
      return;
    }
    if (conduct.previewOnly) return;
    if (!(await conduct.confirm(`Deploy these changes to stack ${name}?`)))
      throw new Declined(`Stack ${name} was left as it is.`);
  }
  conduct.report(`${name}: pulumi up`);
  await stack.up({ onEvent: progressOf(conduct.report) });
}

/**
 * Destroys in the reverse order: the objects in the clusters first, so that no workload outlives the trust it uses; then
 * the identities, then the clusters with their issuers. Stacks that do not exist are passed over.
 */
export async function destroy(stacks: Stacks, order: DeploymentOrder, conduct: Conduct): Promise<void> {
  const clusters = order.clusters.filter((name) => stacks.has(name));
  const identities = order.identities.filter((name) => stacks.has(name) && !clusters.includes(name));
  await eachOf(clusters, conduct, (name) => takeDownWorkloads(name, stacks.get(name), conduct));
  await eachOf(identities, conduct, (name) => takeDown(name, stacks.get(name), conduct));
  await eachOf(clusters, conduct, (name) => takeDown(name, stacks.get(name), conduct));
}

/** The first part of `destroy` for one stack, on its own because what it leaves can be looked at. */
export async function takeDownWorkloads(name: string, stack: Stack, conduct: Conduct): Promise<void> {
  const target = await clusterObjects(stack);
  if (target.length === 0) return;
  if (conduct.previewOnly) {
    conduct.report(`${name}: ${target.length} objects in the cluster would be deleted first`);
    return;
  }
  const count = `${target.length} ${target.length === 1 ? "object" : "objects"} in the cluster`;
  if (!(await conduct.confirm(`Delete ${count} of stack ${name}?`)))
    throw new Declined(`Stack ${name} was left as it is.`);
  conduct.report(`${name}: pulumi destroy of ${count}`);
  await stack.destroy({ target, targetDependents: true, onEvent: progressOf(conduct.report) });
}

async function takeDown(name: string, stack: Stack, conduct: Conduct): Promise<void> {
  if (conduct.showPreview) {
    const preview = await stack.destroy({ previewOnly: true });
    conduct.showPreview(preview.stdout);
    if (conduct.previewOnly) return;
    if (!(await conduct.confirm(`Destroy stack ${name}?`))) throw new Declined(`Stack ${name} was left as it is.`);
  }
  conduct.report(`${name}: pulumi destroy`);
  await stack.destroy({ onEvent: progressOf(conduct.report) });
}

/** Side by side, unless a person is shown and asked something for each. */
async function eachOf(names: string[], conduct: Conduct, step: (name: string) => Promise<void>): Promise<void> {
  if (conduct.showPreview === undefined) {
    await Promise.all(names.map(step));
    return;
  }
  for (const name of names) await step(name);
}

function hasChanges(summary: Record<string, number | undefined>): boolean {
  return Object.entries(summary).some(([op, count]) => op !== "same" && op !== "read" && (count ?? 0) > 0);
}
