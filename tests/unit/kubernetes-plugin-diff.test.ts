import { diffInputs, keepIgnored } from "../../sandbox/plugins/kubernetes/input-diff.ts";
import type { PropertyMap } from "../../sandbox/plugins/rpc/values.ts";
import { Secret, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const STRICT = { configMapMutable: false, secretMutable: false };

function object(apiVersion: string, kind: string, rest: PropertyMap, metadata: PropertyMap = {}): PropertyMap {
  return { apiVersion, kind, metadata: { name: "x", namespace: "team", ...metadata }, ...rest };
}

async function diff(oldInputs: PropertyMap, news: PropertyMap, more: Partial<Parameters<typeof diffInputs>[0]> = {}) {
  const request = { id: "team/x", oldInputs, live: oldInputs, news, ignoreChanges: [], mutable: STRICT };
  return diffInputs({ ...request, dryRun: async () => undefined, ...more });
}

const pod = (spec: PropertyMap, metadata: PropertyMap = {}) => object("v1", "Pod", { spec }, metadata);
const container = (more: PropertyMap = {}) => ({ name: "app", image: "img:1", ...more });

describe("fields that need a new object", () => {
  test.each([
    ["v1", "Pod", { spec: { hostname: "a" } }, { spec: { hostname: "b" } }],
    ["v1", "Pod", { spec: { containers: [container()] } }, { spec: { containers: [container({ env: [] })] } }],
    ["v1", "Pod", { spec: { containers: [] } }, { spec: { containers: [container()] } }],
    ["batch/v1", "Job", { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }],
    ["batch/v1", "Job", { spec: { completions: 1 } }, { spec: { completions: 2 } }],
    [
      "apps/v1",
      "Deployment",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
    ],
    ["apps/v1", "StatefulSet", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }],
    ["v1", "Service", { spec: { clusterIP: "10.0.0.1" } }, { spec: { clusterIP: "None" } }],
    ["v1", "PersistentVolumeClaim", { spec: { volumeName: "a" } }, { spec: { volumeName: "b" } }],
    ["v1", "ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }],
    ["v1", "Secret", { data: { a: "MQ==" } }, { data: { a: "Mg==" } }],
    ["v1", "Secret", { stringData: { a: "1" } }, { stringData: { a: "2" } }],
    ["rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name: "a" } }, { roleRef: { name: "b" } }],
    ["storage.k8s.io/v1", "StorageClass", { provisioner: "a" }, { provisioner: "b" }],
  ] as [string, string, PropertyMap, PropertyMap][])("%s %s: %j to %j", async (apiVersion, kind, before, after) => {
    const result = await diff(object(apiVersion, kind, before), object(apiVersion, kind, after));
    expect(result.replaces).not.toEqual([]);
    expect(result.deleteBeforeReplace).toBe(true);
  });

  test.each([
    ["v1", "Pod", { spec: { containers: [container()] } }, { spec: { containers: [container({ image: "img:2" })] } }],
    ["v1", "Pod", { spec: { activeDeadlineSeconds: 1 } }, { spec: { activeDeadlineSeconds: 2 } }],
    ["v1", "Pod", { spec: {} }, { spec: { tolerations: [{ key: "a" }] } }],
    ["batch/v1", "Job", { spec: { backoffLimit: 1 } }, { spec: { backoffLimit: 2 } }],
    ["batch/v1", "CronJob", { spec: { jobTemplate: { a: 1 } } }, { spec: { jobTemplate: { a: 2 } } }],
    ["apps/v1", "Deployment", { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }],
    ["v1", "ServiceAccount", { secrets: [] }, { secrets: [{ name: "a" }] }],
  ] as [string, string, PropertyMap, PropertyMap][])("not %s %s: %j to %j", async (apiVersion, kind, before, after) => {
    const result = await diff(object(apiVersion, kind, before), object(apiVersion, kind, after));
    expect([result.changes, result.replaces]).toEqual(["some", []]);
  });

  test("labels and annotations of a Pod change in place", async () => {
    const result = await diff(pod({}, { labels: { a: "1" } }), pod({}, { labels: { a: "2" } }));
    expect([Object.keys(result.detailedDiff), result.replaces]).toEqual([["metadata.labels.a"], []]);
  });

  test("a mutable ConfigMap changes in place unless it says that it is immutable", async () => {
    const mutable = { configMapMutable: true, secretMutable: false };
    const config = (value: string, more: PropertyMap = {}) =>
      object("v1", "ConfigMap", { data: { a: value }, ...more });
    const loose = await diff(config("1"), config("2"), { mutable });
    const fixed = await diff(config("1", { immutable: true }), config("2", { immutable: true }), { mutable });
    expect([loose.replaces, fixed.replaces]).toEqual([[], ["data.a"]]);
  });
});

describe("replacement", () => {
  test("another name or namespace is made first, for both can stand side by side", async () => {
    for (const metadata of [{ name: "y" }, { namespace: "other" }]) {
      const result = await diff(pod({}), pod({}, metadata));
      expect(result.replaces).toEqual([`metadata.${Object.keys(metadata)[0]}`]);
      expect(result.deleteBeforeReplace).toBe(false);
    }
  });

  test("an autonamed object is made first", async () => {
    const auto = { annotations: { "pulumi.com/autonamed": "true" } };
    const result = await diff(pod({ hostname: "a" }, auto), pod({ hostname: "b" }, auto));
    expect([result.replaces, result.deleteBeforeReplace]).toEqual([["spec.hostname"], false]);
  });

  test("an unknown value in an immutable field replaces", async () => {
    const before = pod({ containers: [container({ env: [{ name: "A", value: "1" }] })] });
    const after = pod({ containers: [container({ env: [{ name: "A", value: UNKNOWN }] })] });
    expect((await diff(before, after)).detailedDiff["spec.containers[0].env[0].value"]?.kind).toBe("update-replace");
  });
});

describe("what is no difference", () => {
  test("the same inputs, whatever the live object has besides, without asking the cluster", async () => {
    const dryRun = jest.fn(async () => undefined);
    const live = pod({ containers: [container({ env: [{ name: "AZURE_TENANT_ID", value: "t" }] })], volumes: [{}] });
    const result = await diff(pod({ containers: [container()] }), pod({ containers: [container()] }), { live, dryRun });
    expect(result.changes).toBe("none");
    expect(dryRun).not.toHaveBeenCalled();
  });

  test("a value that became secret, and fields that only the API server sets", async () => {
    const news = object("v1", "ConfigMap", { data: new Secret({ a: "1" }) }, { uid: "u", resourceVersion: "7" });
    expect((await diff(object("v1", "ConfigMap", { data: { a: "1" } }), news)).changes).toBe("none");
  });

  test("stringData that says what data said", async () => {
    const before = object("v1", "Secret", { data: { a: "MQ==" } });
    expect((await diff(before, object("v1", "Secret", { stringData: { a: "1" } }))).changes).toBe("none");
  });

  test("a namespace that is left out on one side", async () => {
    const { namespace: _, ...metadata } = { name: "x", namespace: "team" };
    expect((await diff(pod({}), { apiVersion: "v1", kind: "Pod", metadata, spec: {} })).changes).toBe("none");
  });

  test("another spelling of a value, as the dry run shows", async () => {
    const cpu = (value: string) => object("apps/v1", "Deployment", { spec: { cpu: value } });
    const more = { live: cpu("500m"), dryRun: async () => cpu("500m") };
    expect((await diff(cpu("0.5"), cpu("500m"), more)).changes).toBe("none");
    expect((await diff(cpu("0.5"), cpu("1"), { ...more, dryRun: async () => cpu("1") })).changes).toBe("some");
  });

  test("a path of ignoreChanges", async () => {
    const result = await diff(
      object("apps/v1", "Deployment", { spec: { replicas: 1 } }),
      object("apps/v1", "Deployment", { spec: { replicas: 2 } }),
      {
        ignoreChanges: ["spec.replicas"],
      },
    );
    expect(result.changes).toBe("none");
  });
});

test("an update sends the live value of an ignored field", () => {
  const news = object("apps/v1", "Deployment", { spec: { replicas: 1 } });
  const live = object("apps/v1", "Deployment", { spec: { replicas: 5 } });
  expect(keepIgnored(news, live, ["spec.replicas"])).toEqual(live);
});
