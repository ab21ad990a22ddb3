import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import {
  type ClusterOutput,
  clusterOutput,
  clusterSideOutputs,
  identitySideOutputs,
  type NeighbourStack,
  type Neighbours,
} from "../federation/outputs";

/**
 * Reads what other stacks have to say, before anything of this stack is made.
 * @throws pulumi.RunError when a stack does not exist or its outputs are not those of this program.
 */
export async function readNeighbourStacks(config: {
  readonly identityStack: readonly string[];
  readonly clusterStack: readonly string[];
}): Promise<Neighbours> {
  const references = new Map<string, Promise<pulumi.StackReference>>();
  const reference = (stack: string) => {
    const existing = references.get(stack);
    if (existing) return existing;
    const opened = openStack(stack);
    references.set(stack, opened);
    return opened;
  };
  const identityStacks = await Promise.all(
    config.identityStack.map(async (stack): Promise<NeighbourStack<z.output<typeof identitySideOutputs>>> => {
      const { value } = await (await reference(stack)).getOutputDetails("identities");
      return { stack, outputs: checked(stack, "identities", identitySideOutputs, value) };
    }),
  );
  const clusterStacks = await Promise.all(
    config.clusterStack.map(async (stack): Promise<NeighbourStack<z.output<typeof clusterSideOutputs>>> => {
      const opened = await reference(stack);
      const { value: oidcIssuerUrl } = await opened.getOutputDetails("oidcIssuerUrl");
      if (oidcIssuerUrl === undefined) return { stack, outputs: undefined };
      const { value: serviceAccounts } = await opened.getOutputDetails("serviceAccounts");
      return {
        stack,
        outputs: checked(stack, "oidcIssuerUrl, serviceAccounts", clusterSideOutputs, {
          oidcIssuerUrl,
          serviceAccounts,
        }),
      };
    }),
  );
  const own = await readOwnOutputs();
  return {
    identityStacks,
    clusterStacks,
    ownClientIds: clientIdsIn(own),
    ownIssuer: issuerIn(own),
    publishedCluster: clusterIn(own),
  };
}

/**
 * This stack's own outputs as of its last deployment; none before the first. Without them nobody sees that a config would
 * delete the stack's cluster, so not being able to read them is no reason to go on.
 */
async function readOwnOutputs(name = fullName(pulumi.getStack())): Promise<Record<string, unknown>> {
  try {
    return (await readOutputs(name)).outputs ?? {};
  } catch (error) {
    const answer = answerIn(error);
    // The engine's words for a stack that its backend does not have (pulumi, pkg/backend, GetStackOutputs).
    if (answer.includes("unknown stack")) return {};
    // A state of before Pulumi 3.61 knows no projects, and takes a full name for a wrong one (legacyReferenceStore).
    if (name !== pulumi.getStack() && answer.includes("may only contain")) return readOwnOutputs(pulumi.getStack());
    throw new pulumi.RunError(
      [
        "The last outputs of this stack cannot be read, and without them nobody sees whether its cluster would be lost. Nothing in Azure or Kubernetes was changed.",
        `  looked for:  ${name}`,
        `  answer:      ${answer}`,
        "  to do:       run again; when it stays so, look whether the state can be read: pulumi stack output",
      ].join("\n"),
    );
  }
}

function answerIn(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

function clientIdsIn({ identities }: Record<string, unknown>): Map<string, string> {
  const { data } = identitySideOutputs.safeParse(identities);
  return new Map(Object.entries(data ?? {}).map(([name, { clientId }]) => [clientId.toLowerCase(), name]));
}

function issuerIn({ oidcIssuerUrl }: Record<string, unknown>): string | undefined {
  return typeof oidcIssuerUrl === "string" ? oidcIssuerUrl : undefined;
}

/** What an earlier or later version said in another form is not compared. */
function clusterIn({ cluster }: Record<string, unknown>): ClusterOutput | undefined {
  return clusterOutput.safeParse(cluster).data;
}

/** The invoke by which the engine reads a stack for references. Unlike theirs, its failure can be caught. */
function readOutputs(name: string): Promise<{ outputs?: Record<string, unknown> }> {
  return pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
}

/**
 * A reference to a stack that does not exist fails the program with a stack trace, in a place where nobody can catch it.
 * The invoke that the engine answers for references can be caught, so it goes first.
 */
async function openStack(stack: string): Promise<pulumi.StackReference> {
  const name = fullName(stack);
  try {
    await readOutputs(name);
  } catch (error) {
    throw new pulumi.RunError(
      [
        `Stack ${stack} cannot be read. Nothing in Azure or Kubernetes was changed.`,
        `  looked for:  ${name}`,
        `  answer:      ${answerIn(error)}`,
        `  to do:       make it (an empty one is enough for now): pulumi stack init ${stack}`,
        "               or, when it lies in a state that this project cannot read, type its values in:",
        "               workloads[].identity: { clientId, tenantId } in place of identityStack,",
        "               cluster: { oidcIssuerUrl } in place of clusterStack",
      ].join("\n"),
    );
  }
  return new pulumi.StackReference(stack, { name });
}

/** ORGANIZATION/PROJECT/STACK, which every backend understands. */
function fullName(stack: string): string {
  const parts = stack.split("/");
  if (parts.length === 3) return stack;
  return [pulumi.getOrganization(), ...(parts.length === 2 ? parts : [pulumi.getProject(), stack])].join("/");
}

function checked<Schema extends z.ZodType>(
  stack: string,
  outputs: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined {
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new pulumi.RunError(
    `The outputs of stack ${stack} (${outputs}) are not those of this program: ${issue?.path.join(".")} ${issue?.message}. Deploy it with this version, or type its values in.`,
  );
}
