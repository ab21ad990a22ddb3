import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { type IssuedToken, ProjectedToken } from "../../sandbox/node/token-volume.ts";
import { PodVolumes, type VolumeSource } from "../../sandbox/node/volumes.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "token-volume-"));
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(directory, { recursive: true });
});

/** Answers token-1, token-2, … of an hour each; an Error in `failures` is thrown in its turn. */
function issuer(failures: Record<number, Error> = {}) {
  let count = 0;
  return async (): Promise<IssuedToken> => {
    count += 1;
    const failure = failures[count];
    if (failure) throw failure;
    return { token: `token-${count}`, expiresAt: new Date(Date.now() + 3_600_000) };
  };
}

describe("a projected token", () => {
  it("is a file for its owner only, with nothing half-written beside it", async () => {
    const file = join(directory, "token", "azure-identity-token");
    const token = new ProjectedToken({ file, request: issuer(), onFailure: () => undefined });
    await token.start();
    token.stop();
    expect(readFileSync(file, "utf8")).toBe("token-1");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, "token"))).toEqual(["azure-identity-token"]);
  });

  it("is renewed after 80% of its life, and no more once the pod is gone", async () => {
    const file = join(directory, "token");
    const token = new ProjectedToken({ file, request: issuer(), onFailure: () => undefined });
    await token.start();
    await jest.advanceTimersByTimeAsync(2_879_000);
    expect(readFileSync(file, "utf8")).toBe("token-1");
    await jest.advanceTimersByTimeAsync(2000);
    expect(readFileSync(file, "utf8")).toBe("token-2");
    token.stop();
    await jest.advanceTimersByTimeAsync(36_000_000);
    expect(readFileSync(file, "utf8")).toBe("token-2");
  });

  it("is asked for again when a renewal fails, and the old one stays until then", async () => {
    const file = join(directory, "token");
    const failures: string[] = [];
    const request = issuer({ 2: new Error("busy") });
    const token = new ProjectedToken({ file, request, onFailure: (error) => failures.push(error.message) });
    await token.start();
    await jest.advanceTimersByTimeAsync(2_881_000);
    expect([failures, readFileSync(file, "utf8")]).toEqual([["busy"], "token-1"]);
    await jest.advanceTimersByTimeAsync(5000);
    expect(readFileSync(file, "utf8")).toBe("token-3");
    token.stop();
  });
});

describe("the volumes of a pod", () => {
  const source: VolumeSource = {
    configMapFiles: async (_namespace, name) =>
      name === "settings" ? { a: Buffer.from("1"), b: Buffer.from("2") } : undefined,
    secretFiles: async () => ({ key: Buffer.from("s3cret") }),
    requestToken: async (_pod, audience, seconds) => ({
      token: `${audience} ${seconds}`,
      expiresAt: new Date(Date.now() + seconds * 1000),
    }),
  };
  const podWith = (...volumes: NonNullable<V1Pod["spec"]>["volumes"] & object): V1Pod => ({
    metadata: { name: "p", namespace: "shop", labels: { tier: "back" } },
    spec: { containers: [], volumes },
  });

  it("hold what their sources hold, under the paths that are asked for", async () => {
    const pod = podWith(
      {
        name: "all",
        projected: {
          sources: [
            {
              serviceAccountToken: { path: "token/t", audience: "api://AzureADTokenExchange", expirationSeconds: 3600 },
            },
            { configMap: { name: "settings", items: [{ key: "a", path: "deep/a" }] } },
            { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
          ],
        },
      },
      { name: "secret", secret: { secretName: "keys" } },
      { name: "scratch", emptyDir: {} },
    );
    const volumes = new PodVolumes(pod, directory, source, () => undefined);
    await volumes.prepare();
    volumes.stop();
    const read = (path: string) => readFileSync(join(directory, path), "utf8");
    expect(read("all/token/t")).toBe("api://AzureADTokenExchange 3600");
    expect([read("all/deep/a"), read("all/labels"), read("secret/key")]).toEqual(["1", 'tier="back"', "s3cret"]);
    expect(readdirSync(directory).sort()).toEqual(["all", "scratch", "secret"]);
    expect(volumes.mountsOf([{ name: "scratch", mountPath: "/tmp/x", subPath: "y" }])).toEqual([
      { mountPath: "/tmp/x", hostPath: join(directory, "scratch", "y") },
    ]);
  });

  it.each([
    [
      { name: "v", configMap: { name: "none" } },
      'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
    ],
    [
      { name: "v", configMap: { name: "settings", items: [{ key: "z", path: "z" }] } },
      'MountVolume.SetUp failed for volume "v" : configmap shop/settings references non-existent key: z',
    ],
    [
      { name: "v", hostPath: { path: "/etc" } },
      'MountVolume.SetUp failed for volume "v" : the sandbox\'s node has only emptyDir, configMap, secret, downwardAPI and projected volumes',
    ],
  ])("are refused when they cannot be filled: %j", async (volume, message) => {
    await expect(new PodVolumes(podWith(volume), directory, source, () => undefined).prepare()).rejects.toThrow(
      message,
    );
  });
});
