import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(__dirname, "..", "..");
const node = join(dirname(createRequire(__filename).resolve("node/package.json")), "bin", "node");

let plugin: ChildProcess | undefined;
afterEach(() => plugin?.kill("SIGKILL"));

/** Starts the azure-native stand-in as the engine does: an address as its argument, stdin held open. */
async function start(): Promise<{ child: ChildProcess; firstLine: string; exit: Promise<unknown[]> }> {
  const main = join(root, "sandbox", "plugins", "azure-native", "main.ts");
  const child = spawn(node, [main, "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  plugin = child;
  const exit = once(child, "exit");
  if (child.stdout === null) throw new Error("expected a pipe");
  const [chunk] = await once(child.stdout, "data");
  return { child, firstLine: String(chunk), exit };
}

describe("a plugin process", () => {
  it("prints its port and nothing else", async () => {
    expect((await start()).firstLine).toMatch(/^\d{4,5}\n$/);
  });

  it("leaves at once when the engine interrupts it, for the engine waits 5 seconds at most", async () => {
    const { child, exit } = await start();
    child.kill("SIGINT");
    expect(await exit).toEqual([0, null]);
  });

  it("leaves when the engine is gone", async () => {
    const { child, exit } = await start();
    child.stdin?.destroy();
    expect(await exit).toEqual([0, null]);
  });
});
