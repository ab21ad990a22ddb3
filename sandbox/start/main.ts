/** `npm start`: the main job, end to end, on a sandbox of its own. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type DeploymentOrder, orderStacks, readStackFiles } from "../../deploy/order.ts";
import { failureText } from "../../deploy/progress.ts";
import { type Conduct, deploy, destroy, takeDownWorkloads } from "../../deploy/run.ts";
import { publicOutputs, Stacks } from "../../deploy/stacks.ts";
import { sandboxEnvironment } from "../session/environment.ts";
import { inventory } from "../session/inventory.ts";
import { defaultStateDir, projectRoot } from "../session/session.ts";
import { type RunningSandbox, SandboxError, startSandbox, startTemporarySandbox } from "../session/start.ts";
import { topologyOfProject } from "../topology.ts";
import { ClusterView } from "./cluster-view.ts";
import { copyProject } from "./project.ts";
import { StepFailure, Steps } from "./steps.ts";
import { describeTrustChain } from "./trust-chain.ts";

const { keep } = readOptions();
const steps = new Steps(keep ? 6 : 9);
let sandbox: Promise<RunningSandbox> | undefined;
let interruption: Promise<never> | undefined;
// A second ctrl-C does not make the clearing up shorter; it would only leave something behind.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => {
    interruption ??= interrupted(signal, code);
  });
}

const job = mainJob();
try {
  await job;
} catch (error) {
  await interruption; // whatever was under way failed because of it
  const cause = error instanceof StepFailure ? error.cause : error;
  const text = cause instanceof SandboxError ? cause.message : failureText(cause);
  console.error(`\n${error instanceof StepFailure ? error.message : "Failed"}:\n${text}`);
  await stopSandbox();
  process.exit(1);
}

async function mainJob(): Promise<void> {
  const running = await steps.run(
    "Start the sandbox: two tenants of Microsoft Entra ID and Azure Resource Manager",
    begin,
  );
  const environment = sandboxEnvironment(running.session);
  const projectDir = copyProject(join(running.session.stateDir, "project"));
  const order = orderStacks(readStackFiles(projectDir), ["tenantA"]);
  const settings = { projectDir, environment, cliRoot: running.session.stateDir };
  const stacks = await Stacks.open(settings, []);
  const conduct: Conduct = {
    report: (line) => console.log(`  ${line}`),
    confirm: async () => true,
    previewOnly: false,
  };
  const cluster = new ClusterView(environment);

  await steps.run("Deploy the cluster, then the identity that trusts it, then the workload", () =>
    deploy(stacks, order, conduct),
  );
  await steps.run("Read the workload's log", async () => {
    for (const log of await cluster.quotaLogs(60)) {
      console.log(`  kubectl logs --namespace ${log.namespace} ${log.pod}`);
      for (const line of log.lines) console.log(`    ${line}`);
    }
  });
  await steps.run("Preview again: nothing is left to change", async () => {
    await Promise.all(stacks.entries.map(([name, stack]) => previewIsEmpty(name, stack)));
  });
  await steps.run("Sum up the chain of trust", () => summarize(stacks, order));
  if (keep) {
    await steps.run("Leave it running", async () => console.log(lookAround(projectDir)));
    process.exit(0);
  }
  await steps.run("Take the workload down first", async () => {
    for (const name of order.clusters) await takeDownWorkloads(name, stacks.get(name), conduct);
    mustBeEmpty("The cluster", await cluster.foreignObjects());
  });
  await steps.run("Destroy the identity, then the cluster", () => destroy(stacks, order, conduct));
  await steps.run("Look for anything left behind", async () => {
    for (const tenant of await inventory(running.session)) {
      const left = [...tenant.resources, ...tenant.roleAssignments, ...tenant.federatedCredentials];
      mustBeEmpty(
        `Tenant ${tenant.key}`,
        left.map((resource) => resource.id),
      );
      console.log(`  ${tenant.key}: no resource, no role assignment, no federated credential`);
    }
  });
  await steps.run("Stop the sandbox", () => running.stop());
  console.log(
    `\nA pod of tenant A's cluster read tenant B's quota with a token that the cluster signed, and no secret. ` +
      `Total ${steps.elapsed} s.`,
  );
}

async function begin(): Promise<RunningSandbox> {
  const topology = topologyOfProject(projectRoot);
  sandbox = keep
    ? startSandbox({ stateDir: defaultStateDir(), topology, attached: false })
    : startTemporarySandbox(topology);
  const running = await sandbox;
  for (const tenant of running.session.tenants) {
    console.log(
      `  ${tenant.key} ${tenant.displayName}: tenant ${tenant.tenantId}, subscription ${tenant.subscriptionId}`,
    );
  }
  return running;
}

async function previewIsEmpty(name: string, stack: Stack): Promise<void> {
  await stack.preview({ expectNoChanges: true });
  console.log(`  ${name}: pulumi preview --expect-no-changes: no changes`);
}

async function summarize(stacks: Stacks, order: DeploymentOrder): Promise<void> {
  const outputs = new Map(
    await Promise.all(stacks.entries.map(async ([name, stack]) => [name, await publicOutputs(stack)] as const)),
  );
  for (const cluster of order.clusters) {
    for (const identity of order.identities) {
      const result = "quota limit and usage read";
      for (const line of describeTrustChain(outputs.get(cluster) ?? {}, outputs.get(identity) ?? {}, result)) {
        console.log(line);
      }
    }
  }
}

function mustBeEmpty(what: string, left: string[]): void {
  if (left.length > 0) throw new Error(`${what} still holds:\n    ${left.join("\n    ")}`);
}

function lookAround(projectDir: string): string {
  return [
    '  eval "$(npm run -s sandbox -- env)"      the sandbox\'s environment',
    "  kubectl get pods                          the workload",
    "  kubectl logs wi-demo-app",
    `  cd ${projectDir}`,
    "  pulumi stack --stack tenantB              resources and outputs (also: preview, up, refresh, destroy)",
    "  npm run sandbox -- status                 what the tenants hold",
    "  npm run sandbox -- down                   end everything",
  ].join("\n");
}

/** Ends the sandbox if there is one, also when it is still starting or could not start. */
async function stopSandbox(): Promise<void> {
  const running = await sandbox?.catch(() => undefined);
  await running?.stop();
}

/**
 * A terminal's ctrl-C reaches the engine too, which ends the step under way in order as long as the sandbox answers it.
 * After the other signals nobody waits.
 */
async function interrupted(signal: NodeJS.Signals, code: number): Promise<never> {
  console.error("\nInterrupted: stopping the sandbox and all that runs in it.");
  if (signal === "SIGINT") await Promise.race([job.catch(() => undefined), delay(10_000, undefined, { ref: false })]);
  await stopSandbox();
  process.exit(code);
}

function readOptions(): { keep: boolean } {
  try {
    const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\nUsage: npm start [-- --keep]`);
    process.exit(2);
  }
}
