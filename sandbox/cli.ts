/** `npm run sandbox -- up | env | status | cluster | down` */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { clusterCommand, clusterUsage } from "./cli-cluster.ts";
import { sandboxEnvironment, shellExports } from "./session/environment.ts";
import { inventory } from "./session/inventory.ts";
import { defaultStateDir, projectRoot, readSession, type SandboxSession, sessionFile } from "./session/session.ts";
import { SandboxError, startSandbox, stopProcess } from "./session/start.ts";
import { removeStateDir } from "./session/state-dir.ts";
import { topologyOfProject } from "./topology.ts";

const usage = `Usage: npm run sandbox -- COMMAND [options]

  up        start the sandbox and leave it running (--foreground: stay, ctrl-C ends it)
  env       print its environment: eval "$(npm run -s sandbox -- env)"
  status    what runs, and what the tenants hold
  down      end it and remove its state
${clusterUsage}

Options
  --dir DIR             state directory (default: .sandbox, or CROSS_TENANT_IDENTITY_SANDBOX)
  --image IMAGE=COMMAND let the nodes run a further image as a local command (up; may be repeated)
  --foreground          stay in the foreground (up)`;

const commands: Record<string, (stateDir: string) => Promise<void> | void> = { up, env, status, cluster, down };

const { values, positionals } = readArguments();
const command = commands[positionals[0] ?? ""];
if (command === undefined || (positionals.length !== 1 && command !== cluster)) wrongUsage();
try {
  await command(values.dir ?? defaultStateDir());
} catch (error) {
  if (!(error instanceof SandboxError)) throw error;
  console.error(error.message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        dir: { type: "string" },
        image: { type: "string", multiple: true },
        foreground: { type: "boolean", default: false },
        issuer: { type: "string" },
        unpublished: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function wrongUsage(): never {
  console.error(usage);
  process.exit(2);
}

async function up(stateDir: string): Promise<void> {
  const started = performance.now();
  const attached = values.foreground;
  const interrupted = () => process.exit(130); // an attached sandbox ends with this process
  process.once("SIGINT", interrupted);
  const sandbox = await startSandbox({
    stateDir,
    topology: topologyOfProject(projectRoot),
    attached,
    images: values.image ?? [],
  });
  console.log(
    `The sandbox is up (${((performance.now() - started) / 1000).toFixed(1)} s).\n${describe(sandbox.session)}`,
  );
  if (!attached) return;
  process.off("SIGINT", interrupted);
  console.log("\nctrl-C ends it.");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await sandbox.stop();
  console.log("The sandbox is down.");
}

function env(stateDir: string): void {
  console.log(shellExports(sandboxEnvironment(running(stateDir))));
}

async function status(stateDir: string): Promise<void> {
  const session = running(stateDir);
  console.log(`The sandbox runs (process ${session.process.pid}, since ${session.startedAt}).\n${describe(session)}`);
  for (const tenant of await inventory(session)) {
    console.log(
      `\n${tenant.key}: ${tenant.resources.length} resources, ${tenant.roleAssignments.length} role assignments, ` +
        `${tenant.federatedCredentials.length} federated credentials`,
    );
    for (const resource of [...tenant.resources, ...tenant.roleAssignments, ...tenant.federatedCredentials]) {
      console.log(`  ${resource.id}`);
    }
  }
}

async function cluster(stateDir: string): Promise<void> {
  const { issuer, unpublished } = values;
  if (!(await clusterCommand(running(stateDir), positionals.slice(1), { issuer, unpublished }))) wrongUsage();
}

async function down(stateDir: string): Promise<void> {
  const session = readSession(stateDir);
  if (session) await stopProcess(session.process);
  await removeStateDir(stateDir); // what a sandbox that was killed may have left
  console.log(session ? "The sandbox is down." : "No sandbox runs.");
}

function running(stateDir: string): SandboxSession {
  const session = readSession(stateDir);
  if (session === undefined) {
    throw new SandboxError("No sandbox runs with this state directory. Start one with `npm run sandbox -- up`.");
  }
  return session;
}

function describe(session: SandboxSession): string {
  const clusters = readFileSync(session.kubeconfig, "utf8").match(/^ {2}- name: /gm)?.length ?? 0;
  return [
    ...session.tenants.map(
      (tenant) =>
        `  ${tenant.key} ${tenant.displayName}: tenant ${tenant.tenantId}, subscription ${tenant.subscriptionId}`,
    ),
    `  addresses, credentials and files: ${sessionFile(session.stateDir)}`,
    clusters === 0 ? "  clusters: none yet" : `  kubeconfig: ${session.kubeconfig}`,
    "",
    'Use it from this folder:  eval "$(npm run -s sandbox -- env)"',
    "then, for example:        pulumi stack init tenantB && pulumi stack init tenantA && pulumi up",
    "End it:                   npm run sandbox -- down",
  ].join("\n");
}
