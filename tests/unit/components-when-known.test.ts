import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { whenKnown } from "../../components/when-known";
import { namespace } from "../../config/stack";

describe("an output that a check waits for", () => {
  beforeAll(() =>
    pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, namespace, "test", true),
  );

  it("is handed over when it is known, and as undefined when a preview cannot know it", async () => {
    expect(await whenKnown(pulumi.output("https://example.com/"))).toBe("https://example.com/");
    const unknown = pulumi.output("").apply(() => pulumi.unknown);
    expect(await whenKnown(pulumi.output(unknown).apply(String))).toBeUndefined();
  });

  it("fails the check when it is secret, for a check that is left out in silence is none", async () => {
    await expect(whenKnown(pulumi.secret("https://example.com/"))).rejects.toThrow("an output that is secret");
  });
});

it.each(["federation", "plan"])("the room %s knows nothing of Pulumi", (room) => {
  const folder = join(__dirname, "..", "..", room);
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/from "@pulumi|\/components\//);
});
