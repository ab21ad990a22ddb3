import { diffConfig } from "../../sandbox/plugins/kubernetes/config-diff.ts";
import { activeCluster, parseKubeconfig } from "../../sandbox/plugins/kubernetes/kubeconfig.ts";
import { readSettings } from "../../sandbox/plugins/kubernetes/settings.ts";
import { Secret, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const kubeconfig = (server: string, token = "t") =>
  JSON.stringify({
    clusters: [
      { name: "one", cluster: { server } },
      { name: "two", cluster: { server: "https://two" } },
    ],
    users: [{ name: "admin", user: { token } }],
    contexts: [
      { name: "main", context: { cluster: "one", user: "admin", namespace: "team" } },
      { name: "other", context: { cluster: "two", user: "admin" } },
    ],
    "current-context": "main",
  });

describe("a change of the Kubernetes provider's settings", () => {
  test("another cluster identifier replaces", async () => {
    const olds = { clusterIdentifier: "a", kubeconfig: kubeconfig("https://one") };
    const result = await diffConfig(olds, { ...olds, clusterIdentifier: "b" });
    expect(result.replaces).toEqual(["clusterIdentifier"]);
  });

  test("the same cluster identifier never replaces, even when the kubeconfig is not known yet", async () => {
    const olds = { clusterIdentifier: "a", kubeconfig: kubeconfig("https://one") };
    const moved = await diffConfig(olds, { ...olds, kubeconfig: kubeconfig("https://elsewhere") });
    const unknown = await diffConfig(olds, { ...olds, kubeconfig: UNKNOWN });
    expect([moved.changes, moved.replaces]).toEqual(["some", []]);
    expect([unknown.changes, unknown.replaces]).toEqual(["some", []]);
  });

  test("adding a cluster identifier does not replace", async () => {
    const olds = { kubeconfig: kubeconfig("https://one") };
    expect((await diffConfig(olds, { ...olds, clusterIdentifier: "a" })).replaces).toEqual([]);
  });

  test("without an identifier an unknown kubeconfig replaces", async () => {
    const olds = { kubeconfig: kubeconfig("https://one") };
    expect((await diffConfig(olds, { kubeconfig: new Secret(UNKNOWN) })).replaces).toEqual(["kubeconfig"]);
  });

  test("without an identifier another server replaces", async () => {
    const olds = { kubeconfig: kubeconfig("https://one") };
    const result = await diffConfig(olds, { kubeconfig: new Secret(kubeconfig("https://elsewhere")) });
    expect(result.replaces).toEqual(["kubeconfig"]);
    expect(result.detailedDiff.kubeconfig?.kind).toBe("update-replace");
  });

  test("new credentials for the same server are an update", async () => {
    const olds = { kubeconfig: kubeconfig("https://one", "old") };
    const result = await diffConfig(olds, { kubeconfig: kubeconfig("https://one", "new") });
    expect([result.changes, result.replaces]).toEqual(["some", []]);
  });

  test("another context with another cluster replaces", async () => {
    const olds = { kubeconfig: kubeconfig("https://one") };
    expect((await diffConfig(olds, { ...olds, context: "other" })).replaces).toEqual(["context"]);
  });

  test("no change is no difference", async () => {
    const olds = { kubeconfig: kubeconfig("https://one") };
    expect((await diffConfig(olds, { kubeconfig: new Secret(kubeconfig("https://one")) })).changes).toBe("none");
  });
});

describe("a kubeconfig", () => {
  test("gives cluster and namespace of its current context", async () => {
    expect(activeCluster(await parseKubeconfig(kubeconfig("https://one")))).toEqual({
      cluster: { server: "https://one" },
      namespace: "team",
    });
  });

  test("that is neither text nor a file is refused", async () => {
    await expect(parseKubeconfig("/nowhere/config")).rejects.toThrow(/neither the text of a kubeconfig nor the path/);
  });
});

describe("the Kubernetes provider's settings", () => {
  test("a setting wins over its environment variable", () => {
    const environment = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    expect(readSettings({}, environment).deleteUnreachable).toBe(true);
    expect(readSettings({ deleteUnreachable: "false" }, environment).deleteUnreachable).toBe(false);
  });

  test("server-side apply is on unless it is switched off, and unknown settings pass", () => {
    expect(readSettings({ kubeClientSettings: "{}", somethingNew: 1 }, {}).serverSideApply).toBe(true);
    expect(readSettings({ enableServerSideApply: false }, {}).serverSideApply).toBe(false);
  });

  test("rendering to files is refused, for it would create objects instead", () => {
    expect(() => readSettings({ renderYamlToDirectory: "out" }, {})).toThrow(/renderYamlToDirectory is not available/);
  });
});
