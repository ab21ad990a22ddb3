import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dependencyKey, lockFitsManifests, matchesLock, readStamp, writeStamp } from "../../setup/dependencies.mjs";

let root = "";
const locked = {
  "": { version: "0.1.0" },
  app: { version: "0.1.0" },
  "node_modules/cross-tenant-identity-app": { link: true },
  "node_modules/zod": { version: "4.6.7", integrity: "sha512-zod" },
  "node_modules/@swc/core-darwin-arm64": { version: "1.16.22", integrity: "sha512-mac", optional: true },
};
const installed = { "node_modules/zod": locked["node_modules/zod"] };
const write = (file: string, packages: object) => writeFile(join(root, file), JSON.stringify({ packages }));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "setup-dependencies-"));
  await mkdir(join(root, "node_modules", ".bin"), { recursive: true });
  await writeFile(join(root, "node_modules", ".bin", "node"), "");
  await write("package-lock.json", locked);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("the stamp of node_modules", () => {
  it("is missing at first", async () => {
    expect(await readStamp(root)).toBe(false);
  });

  it("holds once it is written", async () => {
    await writeStamp(root);
    expect(await readStamp(root)).toBe(true);
  });

  it("no longer holds when the lock file changes", async () => {
    await writeStamp(root);
    await write("package-lock.json", { ...locked, "node_modules/yaml": { version: "2.9.1" } });
    expect(await readStamp(root)).toBe(false);
  });

  it("no longer holds when node_modules is gone, or its Node", async () => {
    await writeStamp(root);
    await rm(join(root, "node_modules", ".bin", "node"));
    expect(await readStamp(root)).toBe(false);
    await rm(join(root, "node_modules"), { recursive: true });
    expect(await readStamp(root)).toBe(false);
  });

  it("does not hold on another kind of machine", async () => {
    const [here, there] = [await dependencyKey(root), await dependencyKey(root, { platform: "sunos", arch: "mips" })];
    expect(here).not.toBe(there);
  });
});

describe("dependencies that were installed by hand", () => {
  const hidden = "node_modules/.package-lock.json";

  it("are taken as they are when they match the lock file", async () => {
    await write(hidden, installed);
    expect(await matchesLock(root)).toBe(true);
  });

  it.each([
    ["a package is missing", {}],
    ["a version differs", { "node_modules/zod": { version: "4.6.6", integrity: "sha512-zod" } }],
    ["the content differs", { "node_modules/zod": { version: "4.6.7", integrity: "sha512-other" } }],
  ])("are installed anew when %s", async (_why, packages) => {
    await write(hidden, packages);
    expect(await matchesLock(root)).toBe(false);
  });

  it("are installed anew when npm has noted nothing", async () => {
    expect(await matchesLock(root)).toBe(false);
  });
});

describe("the lock file", () => {
  const manifest = (dependencies: object) => writeFile(join(root, "package.json"), JSON.stringify({ dependencies }));

  beforeEach(() => write("package-lock.json", { "": { dependencies: { zod: "4.6.7", yaml: "2.9.1" } } }));

  it("fits when it repeats the dependencies of package.json", async () => {
    await manifest({ yaml: "2.9.1", zod: "4.6.7" });
    expect(await lockFitsManifests(root)).toBe(true);
  });

  it("does not fit when package.json asks for something else", async () => {
    await manifest({ zod: "4.6.7", yaml: "2.9.1", jose: "6.0.0" });
    expect(await lockFitsManifests(root)).toBe(false);
  });
});
