/** `npm start`: the main job, end to end, on a sandbox of its own. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { orderStacks, readStackFiles } from "../../deploy/order.ts";
import { failureText } from "../../deploy/progress.ts";
import { type Conduct, deploy, destroy, stackOf, takeDownWorkloads } from "../../deploy/run.ts";
import { openStacks, publicOutputs } from "../../deploy/stacks.ts";
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
let sandbox: RunningSandbox | undefined;
process.once("SIGINT", () => void interrupted(130));
process.once("SIGTERM", () => void interrupted(143));

try {
  await mainJob();
} catch (error) {
  const cause = error instanceof StepFailure ? error.cause : error;
  const text = cause instanceof SandboxError ? cause.message : failureText(cause);
  console.error(`\n${error instanceof StepFailure ? error.message : "Failed"}:\n${text}`);
  await sandbox?.stop();
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
  const stacks = await openStacks(settings, [...order.clusters, ...order.identities]);
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
    await Promise.all([...stacks].map(([name, stack]) => previewIsEmpty(name, stack)));
  });
  await steps.run("Sum up the chain of trust", () => summarize(stacks, order.clusters, order.identities));
  if (keep) {
    await steps.run("Leave it running", async () => console.log(lookAround(projectDir)));
    process.exit(0);
  }
  await steps.run("Take the workload down first", async () => {
    for (const name of order.clusters) await takeDownWorkloads(name, stackOf(stacks, name), conduct);
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
    ? await startSandbox({ stateDir: defaultStateDir(), topology, attached: false })
    : await startTemporarySandbox(topology);
  for (const tenant of sandbox.session.tenants) {
    console.log(
      `  ${tenant.key} ${tenant.displayName}: tenant ${tenant.tenantId}, subscription ${tenant.subscriptionId}`,
    );
  }
  return sandbox;
}

async function previewIsEmpty(name: string, stack: Stack): Promise<void> {
  await stack.preview({ expectNoChanges: true });
  console.log(`  ${name}: pulumi preview --expect-no-changes: no changes`);
}

async function summarize(stacks: Map<string, Stack>, clusters: string[], identities: string[]): Promise<void> {
  for (const cluster of clusters) {
    const clusterOutputs = await publicOutputs(stackOf(stacks, cluster));
    for (const identity of identities) {
      const identityOutputs = await publicOutputs(stackOf(stacks, identity));
      const lines = describeTrustChain(clusterOutputs, identityOutputs, "quota limit and usage read");
      for (const line of lines) console.log(line);
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

async function interrupted(code: number): Promise<void> {
  console.error("\nInterrupted: stopping the sandbox and all that runs in it.");
  await sandbox?.stop();
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
