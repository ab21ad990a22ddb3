import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "../../setup");

describe("the set-up", () => {
  it.each(readdirSync(folder))("loads nothing of the sandbox for who wants no tools: %s", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text).not.toMatch(/^(import|export)\b[^;]*from "[^"]*sandbox\//m);
  });
});
