import * as pulumi from "@pulumi/pulumi";

/**
 * Waits for an output's text; undefined when a preview cannot know it yet. For checks that have to fail the program
 * before a resource is registered: an error inside `apply` would come out as a fault of whatever input it ended in.
 */
export async function whenKnown(output: pulumi.Output<string>): Promise<string | undefined> {
  const { value } = await pulumi.runtime.serializeProperties("when-known", { value: output });
  if (value === undefined || value === pulumi.runtime.unknownValue) return undefined;
  if (typeof value === "string") return value;
  throw new Error("A check waits for an output that is secret or no text, and could not compare it.");
}
