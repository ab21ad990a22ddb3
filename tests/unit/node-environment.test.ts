import type { V1Container, V1Pod } from "@kubernetes/client-node";
import {
  ContainerConfigError,
  composeEnvironment,
  expandReferences,
  toHostPath,
  type ValueSource,
} from "../../sandbox/node/environment.ts";

const pod: V1Pod = {
  metadata: { name: "reader", namespace: "shop", uid: "u-1", labels: { tier: "back" } },
  spec: { nodeName: "sandbox-node-0", serviceAccountName: "wi-account", containers: [] },
};

const values: ValueSource = {
  configMap: async (namespace, name) =>
    namespace === "shop" && name === "settings" ? { region: "eastus" } : undefined,
  secret: async (namespace, name) => (namespace === "shop" && name === "keys" ? { key: "s3cret" } : undefined),
};

function compose(
  container: Partial<V1Container>,
  more: { base?: Record<string, string>; mounts?: [string, string][] } = {},
) {
  return composeEnvironment({
    pod,
    container: { name: "app", ...container },
    base: more.base ?? {},
    mounts: (more.mounts ?? []).map(([mountPath, hostPath]) => ({ mountPath, hostPath })),
    values,
  });
}

describe("the environment of a container", () => {
  it("holds nothing but what it is given", async () => {
    process.env.SANDBOX_TEST_LEAK = "leaked";
    expect(await compose({ env: [{ name: "A", value: "1" }] }, { base: { PATH: "/bin" } })).toEqual({
      A: "1",
      PATH: "/bin",
    });
    delete process.env.SANDBOX_TEST_LEAK;
  });

  it("shows the pod's own fields", async () => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    const environment = await compose({
      env: [
        field("NAME", "metadata.name"),
        field("NAMESPACE", "metadata.namespace"),
        field("UID", "metadata.uid"),
        field("NODE", "spec.nodeName"),
        field("ACCOUNT", "spec.serviceAccountName"),
        field("IP", "status.podIP"),
        field("TIER", "metadata.labels['tier']"),
      ],
    });
    expect(environment).toEqual({
      NAME: "reader",
      NAMESPACE: "shop",
      UID: "u-1",
      NODE: "sandbox-node-0",
      ACCOUNT: "wi-account",
      IP: "127.0.0.1",
      TIER: "back",
    });
  });

  it("takes values from ConfigMaps and Secrets, with a prefix where one is given", async () => {
    const environment = await compose({
      envFrom: [{ prefix: "APP_", configMapRef: { name: "settings" } }, { secretRef: { name: "keys" } }],
      env: [{ name: "REGION", valueFrom: { configMapKeyRef: { name: "settings", key: "region" } } }],
    });
    expect(environment).toEqual({ APP_region: "eastus", key: "s3cret", REGION: "eastus" });
  });

  it("lets env win over envFrom, and both over what the node gives", async () => {
    const environment = await compose(
      { envFrom: [{ configMapRef: { name: "settings" } }], env: [{ name: "region", value: "westus" }] },
      { base: { region: "nowhere" } },
    );
    expect(environment).toEqual({ region: "westus" });
  });

  it.each([
    ["an object", { configMapKeyRef: { name: "none", key: "k" } }, 'configmap "none" not found'],
    ["a key", { secretKeyRef: { name: "keys", key: "k" } }, "couldn't find key k in secret shop/keys"],
    [
      "a field",
      { fieldRef: { fieldPath: "spec.unknown" } },
      "env X: fieldPath spec.unknown is not known to the sandbox's node",
    ],
  ])("is refused when %s is missing", async (_what, valueFrom, message) => {
    const attempt = compose({ env: [{ name: "X", valueFrom }] });
    await expect(attempt).rejects.toThrow(ContainerConfigError);
    await expect(attempt).rejects.toThrow(message);
  });

  it("leaves an optional value out when it is missing", async () => {
    const valueFrom = { secretKeyRef: { name: "none", key: "k", optional: true } };
    expect(await compose({ env: [{ name: "X", valueFrom }] })).toEqual({});
  });

  it("points a path inside a mounted volume to the folder of this machine", async () => {
    const environment = await compose(
      { env: [{ name: "AZURE_FEDERATED_TOKEN_FILE", value: "/var/run/secrets/azure/wi/token/azure-identity-token" }] },
      { mounts: [["/var/run/secrets/azure/wi", "/state/volumes/wi"]] },
    );
    expect(environment.AZURE_FEDERATED_TOKEN_FILE).toBe("/state/volumes/wi/token/azure-identity-token");
  });
});

describe("mount translation", () => {
  const mounts = [
    { mountPath: "/data", hostPath: "/h/data" },
    { mountPath: "/data/cache/", hostPath: "/h/cache" },
  ];
  it.each([
    ["/data", "/h/data"],
    ["/data/a", "/h/data/a"],
    ["/data/cache/a", "/h/cache/a"],
    ["/database", "/database"],
    ["see /data/a", "see /data/a"],
    ["", ""],
  ])("turns %j into %j", (value, expected) => {
    expect(toHostPath(value, mounts)).toBe(expected);
  });
});

describe("references in values", () => {
  it.each([
    ["$(A)-$(B)", "1-2"],
    ["$(MISSING)", "$(MISSING)"],
    ["$$(A)", "$(A)"],
    ["$A", "$A"],
  ])("turn %j into %j", (text, expected) => {
    expect(expandReferences(text, { A: "1", B: "2" })).toBe(expected);
  });
});
