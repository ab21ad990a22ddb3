import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";

/** Where the engine runs: the folder with the stack files, and what is added to the environment. */
export interface EngineSettings {
  projectDir: string;
  environment: Record<string, string>;
  /** Folder whose `bin/pulumi` is the CLI to use; without it the one on PATH. */
  cliRoot?: string;
}

/** The user's stacks through the Automation API. */
export class Stacks {
  readonly #settings: EngineSettings;
  readonly #command: PulumiCommand;
  readonly #open = new Map<string, Stack>();

  private constructor(settings: EngineSettings, command: PulumiCommand) {
    this.#settings = settings;
    this.#command = command;
  }

  /**
   * Opens those of the named stacks that exist; nothing is made.
   *
   * @throws the CLI's error when there is none, or when it cannot reach the backend.
   */
  static async open(settings: EngineSettings, names: string[]): Promise<Stacks> {
    const stacks = new Stacks(settings, await PulumiCommand.get(settings.cliRoot ? { root: settings.cliRoot } : {}));
    const existing = await (await stacks.#workspace()).listStacks();
    const exists = (name: string) => existing.some((stack) => stack.name.split("/").at(-1) === name);
    await Promise.all(names.filter(exists).map(async (name) => stacks.#keep(name, await stacks.#select(name))));
    return stacks;
  }

  has(name: string): boolean {
    return this.#open.has(name);
  }

  get(name: string): Stack {
    const stack = this.#open.get(name);
    if (stack === undefined) throw new Error(`Stack ${name} does not exist.`);
    return stack;
  }

  get entries(): [string, Stack][] {
    return [...this.#open];
  }

  /** Makes an empty stack; this writes its salt into its stack file. */
  async create(name: string): Promise<void> {
    this.#keep(name, await Stack.create(name, await this.#workspace()));
  }

  async #select(name: string): Promise<Stack> {
    return Stack.select(name, await this.#workspace());
  }

  #keep(name: string, stack: Stack): void {
    this.#open.set(name, stack);
  }

  #workspace(): Promise<LocalWorkspace> {
    const { projectDir, environment } = this.#settings;
    return LocalWorkspace.create({ workDir: projectDir, envVars: environment, pulumiCommand: this.#command });
  }
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
