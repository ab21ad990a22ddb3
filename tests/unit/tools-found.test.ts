import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finders } from "../../sandbox/tools/found.mjs";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tools-found-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const install = async (place: string, name: string, says: string) => {
  await mkdir(join(folder, place), { recursive: true });
  const file = join(folder, place, name);
  await writeFile(file, `#!/bin/sh\necho "${says}"\n`);
  await chmod(file, 0o755);
  return file;
};

const env = (places: { PATH?: string; KUBEBUILDER_ASSETS?: string }) =>
  Object.fromEntries(Object.entries(places).map(([name, place]) => [name, join(folder, place)]));

describe("a tool that the machine has", () => {
  it("is taken from PATH when it is new enough", async () => {
    const kubectl = await install("bin", "kubectl", "Client Version: v1.33.1");
    expect(await finders.kubectl(env({ PATH: "bin" }))).toEqual({ from: "PATH, 1.33.1", files: { kubectl } });
  });

  it("is left alone when it is too old", async () => {
    await install("bin", "kubectl", "Client Version: v1.27.9");
    expect(await finders.kubectl(env({ PATH: "bin" }))).toBeUndefined();
  });

  it("is not looked for in what npm puts on PATH", async () => {
    await install("node_modules/.bin", "kine", "kine version v0.16.4 (x)");
    expect(await finders.kine(env({ PATH: "node_modules/.bin" }))).toBeUndefined();
  });

  it("is taken from KUBEBUILDER_ASSETS before PATH", async () => {
    for (const place of ["bin", "assets"]) {
      await install(place, "kube-apiserver", "Kubernetes v1.36.0");
      await install(place, "kube-controller-manager", "Kubernetes v1.36.0");
    }
    const found = await finders.kubernetes(env({ PATH: "bin", KUBEBUILDER_ASSETS: "assets" }));
    expect(found?.files.kubeApiserver).toBe(join(folder, "assets", "kube-apiserver"));
  });

  it("needs controllers of the API server's own version beside it", async () => {
    await install("bin", "kube-apiserver", "Kubernetes v1.36.0");
    await install("bin", "kube-controller-manager", "Kubernetes v1.35.0");
    expect(await finders.kubernetes(env({ PATH: "bin" }))).toBeUndefined();
  });

  it("is a whole Pulumi only with its language host and its provider of dynamic resources", async () => {
    const pulumi = await install("bin", "pulumi", "v3.300.0");
    const pulumiLanguageNodejs = await install("bin", "pulumi-language-nodejs", "");
    expect(await finders.pulumi(env({ PATH: "bin" }))).toBeUndefined();
    await install("bin", "pulumi-resource-pulumi-nodejs", "");
    const files = { pulumi, pulumiLanguageNodejs };
    expect(await finders.pulumi(env({ PATH: "bin" }))).toEqual({ from: "PATH, 3.300.0", files });
  });
});
