import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";

/** Where the engine runs: the folder with the stack files, and what is added to the environment. */
export interface EngineSettings {
  projectDir: string;
  environment: Record<string, string>;
  /** Folder whose `bin/pulumi` is the CLI to use; without it the one on PATH. */
  cliRoot?: string;
}

/** Opens the named stacks through the Automation API; a stack that does not exist yet is created empty. */
export async function openStacks(settings: EngineSettings, names: string[]): Promise<Map<string, Stack>> {
  const pulumiCommand = await PulumiCommand.get(settings.cliRoot ? { root: settings.cliRoot } : {});
  const stacks = new Map<string, Stack>();
  // One after the other: creating a stack writes its salt into a stack file and selects it in the workspace.
  for (const name of names) {
    const workspace = await LocalWorkspace.create({
      workDir: settings.projectDir,
      envVars: settings.environment,
      pulumiCommand,
    });
    stacks.set(name, await Stack.createOrSelect(name, workspace));
  }
  return stacks;
}

/** Outputs, with secrets left out. */
export async function publicOutputs(stack: Stack): Promise<Record<string, unknown>> {
  const outputs = await stack.outputs();
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, output]) => !output.secret)
      .map(([name, output]) => [name, output.value]),
  );
}

/** The URNs of the objects inside the cluster that a stack's state holds. */
export async function clusterObjects(stack: Stack): Promise<string[]> {
  const state: { deployment?: { resources?: { urn: string; type: string }[] } } = await stack.exportStack();
  return (state.deployment?.resources ?? [])
    .filter((resource) => resource.type.startsWith("kubernetes:"))
    .map((resource) => resource.urn);
}
