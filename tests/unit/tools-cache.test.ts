import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheKey, completeFolder, isComplete } from "../../sandbox/tools/cache.mjs";
import { recipes } from "../../sandbox/tools/recipes.mjs";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tools-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fill = async (unfinished: string) => {
  await mkdir(join(unfinished, "bin"));
  await writeFile(join(unfinished, "bin", "kine"), "a binary");
  return ["bin/kine"];
};

describe("the key of a build", () => {
  const linux = { platform: "linux", arch: "x64" };

  it("names version and platform", async () => {
    expect(await cacheKey(recipes.kubernetes, linux)).toMatch(/^v\d+\.\d+\.\d+-linux-x64-[0-9a-f]{12}$/);
  });

  it("differs between platforms", async () => {
    expect(await cacheKey(recipes.kine, linux)).not.toBe(await cacheKey(recipes.kine, { ...linux, arch: "arm64" }));
  });

  it("changes with what is changed in a source before the build", async () => {
    const [module] = recipes.webhook.modules;
    if (!module) throw new Error("the webhook is built from one module");
    const unchanged = module.binaries.map(({ changes, ...binary }) => binary);
    const other = { ...recipes.webhook, modules: [{ ...module, binaries: unchanged }] };
    expect(await cacheKey(other)).not.toBe(await cacheKey(recipes.webhook));
  });

  it("changes with what goes into the build", async () => {
    const [module] = recipes.kine.modules;
    if (!module) throw new Error("kine is built from one module");
    const stamped = module.binaries.map((binary) => ({ ...binary, stamp: { version: "other" } }));
    const changed = { ...recipes.kine, modules: [{ ...module, binaries: stamped }] };
    expect(await cacheKey(changed, linux)).not.toBe(await cacheKey(recipes.kine, linux));
  });

  it("does not change with the estimate of the time it takes", async () => {
    const slower = { ...recipes.kine, modules: recipes.kine.modules.map((module) => ({ ...module, seconds: 999 })) };
    expect(await cacheKey(slower, linux)).toBe(await cacheKey(recipes.kine, linux));
  });
});

describe("a build in the cache", () => {
  it("is complete once it has been filled", async () => {
    await completeFolder(join(folder, "v1"), fill);
    expect(await isComplete(join(folder, "v1"))).toBe(true);
    expect(await readdir(folder)).toEqual(["v1"]);
  });

  it("is not there when filling it failed, and leaves nothing", async () => {
    const failing = completeFolder(join(folder, "v1"), async (unfinished) => {
      await fill(unfinished);
      throw new Error("the linker ran out of memory");
    });
    await expect(failing).rejects.toThrow("out of memory");
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not taken for complete without its mark", async () => {
    await mkdir(join(folder, "v1"));
    await fill(join(folder, "v1"));
    expect(await isComplete(join(folder, "v1"))).toBe(false);
  });

  it("is not taken for complete when a file was cut short", async () => {
    await completeFolder(join(folder, "v1"), fill);
    await truncate(join(folder, "v1", "bin", "kine"), 3);
    expect(await isComplete(join(folder, "v1"))).toBe(false);
  });

  it("takes away what a killed build has left", async () => {
    await mkdir(join(folder, "unfinished-abc", "bin"), { recursive: true });
    await completeFolder(join(folder, "v1"), fill);
    await expect(stat(join(folder, "unfinished-abc"))).rejects.toThrow("ENOENT");
  });
});
