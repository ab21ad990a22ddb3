/** `npm run deploy` and `npm run destroy`: a user's own stacks, in the right order, with preview and confirmation. */
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { OrderError, orderStacks, readStackFiles, stacksOf } from "./order.ts";
import { failureText } from "./progress.ts";
import { type Conduct, Declined, deploy, destroy } from "./run.ts";
import { Stacks } from "./stacks.ts";

const usage = `Usage: npm run deploy -- [STACK...] [--yes | --preview]
       npm run destroy -- [STACK...] [--yes | --preview]

Deploys the named stacks and those whose outputs they read: clusters, then identities, then the workloads that waited
for them. destroy goes the other way. Without names: tenantA and what it reads.

  --yes       do not ask
  --preview   show what would be done and change nothing
  --cwd DIR   folder with Pulumi.yaml and the stack files (default: this project)`;

const action = process.argv[2] === "destroy" ? destroy : process.argv[2] === "deploy" ? deploy : undefined;
const options = readOptions();
if (action === undefined || options === undefined) {
  console.error(usage);
  process.exit(2);
}
const projectDir = resolve(options.values.cwd ?? resolve(import.meta.dirname, ".."));

try {
  const order = orderStacks(readStackFiles(projectDir), options.positionals);
  const stacks = await Stacks.open({ projectDir, environment: {} }, stacksOf(order));
  await action(stacks, order, conduct());
  console.log(options.values.preview ? "Nothing was changed." : "Done.");
} catch (error) {
  if (error instanceof Declined || error instanceof OrderError) console.error(error.message);
  else console.error(failureText(error));
  process.exitCode = 1;
}

function conduct(): Conduct {
  const previewOnly = options?.values.preview ?? false;
  const yes = options?.values.yes ?? false;
  return {
    report: (line) => console.log(line),
    confirm: yes ? async () => true : ask,
    previewOnly,
    showPreview: (text) => console.log(text),
  };
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(`${question} There is no terminal to answer on: add --yes, or --preview to only look.`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function readOptions() {
  try {
    return parseArgs({
      args: process.argv.slice(3),
      allowPositionals: true,
      options: {
        yes: { type: "boolean", short: "y", default: false },
        preview: { type: "boolean", default: false },
        cwd: { type: "string" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
