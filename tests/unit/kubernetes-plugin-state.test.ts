import { markSecrets, readCheckpoint, writeCheckpoint } from "../../sandbox/plugins/kubernetes/checkpoint.ts";
import {
  adoptedManagedFields,
  fieldManagerName,
  forcesConflicts,
} from "../../sandbox/plugins/kubernetes/field-ownership.ts";
import { importedInputs, refreshedInputs } from "../../sandbox/plugins/kubernetes/live-inputs.ts";
import { withName } from "../../sandbox/plugins/kubernetes/naming.ts";
import { mergePatch, wireObject } from "../../sandbox/plugins/kubernetes/wire-object.ts";
import { type PropertyMap, Secret } from "../../sandbox/plugins/rpc/values.ts";

const memory = { initialApiVersion: "v1", fieldManager: "pulumi-kubernetes-1" };
const seed = new Uint8Array([1, 2, 3]);

describe("the state of an object", () => {
  test("is the live object without managedFields, and what the provider remembers", () => {
    const live = { apiVersion: "v1", kind: "Pod", metadata: { name: "app", managedFields: [{}] }, status: {} };
    const inputs = { apiVersion: "v1", kind: "Pod", metadata: { name: "app" } };
    const state = writeCheckpoint(live, inputs, memory);
    expect(state).toEqual({
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "app" }, status: {} },
      ...{ __inputs: inputs, __initialApiVersion: "v1", __fieldManager: "pulumi-kubernetes-1" },
    });
    expect(readCheckpoint(state)).toEqual({ live: { ...live, metadata: { name: "app" } }, inputs, ...memory });
  });

  test("keeps secret what is secret in the inputs, also where a webhook has put other containers before", () => {
    const inputs = { spec: { containers: [{ name: "app", env: new Secret([{ name: "A", value: "s" }]) }] } };
    const live = { spec: { containers: [{ name: "proxy" }, { name: "app", env: [{ name: "A", value: "s" }] }] } };
    expect(markSecrets(live, inputs)).toEqual({
      spec: { containers: [{ name: "proxy" }, { name: "app", env: new Secret([{ name: "A", value: "s" }]) }] },
    });
  });

  test("keeps all data of a Secret secret", () => {
    const secret = { apiVersion: "v1", kind: "Secret", data: { a: "MQ==" }, stringData: { b: "2" } };
    const marked = markSecrets(secret, {});
    expect([marked.data, marked.stringData]).toEqual([new Secret({ a: "MQ==" }), new Secret({ b: "2" })]);
  });
});

describe("refreshed inputs", () => {
  const inputs = { spec: { replicas: 1, cpu: "0.5", containers: [{ name: "app", image: "img:1" }] } };
  const before = { spec: { replicas: 1, cpu: "500m", containers: [{ name: "app", image: "img:1", tty: false }] } };

  test("are the former ones when the live object is as it was", () => {
    expect(refreshedInputs(inputs, before, before)).toEqual(inputs);
  });

  test("take over what drifted, and nothing that others added", () => {
    const containers = [{ name: "sidecar" }, { name: "app", image: "img:2", tty: false }];
    const live = { spec: { replicas: 1, cpu: "500m", containers, added: true } };
    expect(refreshedInputs(inputs, before, live)).toEqual({
      spec: { replicas: 1, cpu: "0.5", containers: [{ name: "app", image: "img:2" }] },
    });
  });

  test("lose what was removed", () => {
    const live = { spec: { cpu: "500m", containers: [] } };
    expect(refreshedInputs(inputs, before, live)).toEqual({ spec: { cpu: "0.5", containers: [] } });
  });

  test("keep secrets secret", () => {
    const secret = new Secret({ a: "1" });
    expect(refreshedInputs({ data: secret }, { data: { a: "1" } }, { data: { a: "2" } })).toEqual({
      data: new Secret({ a: "2" }),
    });
  });
});

test("imported inputs are the object without what the API server sets", () => {
  const annotations = { "deployment.kubernetes.io/revision": "1" };
  const metadata = { name: "app", namespace: "team", uid: "u", generation: 1, annotations };
  expect(importedInputs({ kind: "Deployment", metadata, spec: { replicas: 1 }, status: {} })).toEqual({
    kind: "Deployment",
    metadata: { name: "app", namespace: "team" },
    spec: { replicas: 1 },
  });
});

describe("names", () => {
  test("a missing name comes from the resource's name and the seed, always the same, and is marked", () => {
    const named = withName({ kind: "Pod" }, {}, "app", seed);
    expect(named).toEqual(withName({ kind: "Pod" }, {}, "app", seed));
    expect(named.metadata).toEqual({
      name: expect.stringMatching(/^app-[0-9a-f]{8}$/),
      annotations: { "pulumi.com/autonamed": "true" },
    });
  });

  test("a given name stays, and an automatic one is kept from the last deployment", () => {
    const old = withName({ kind: "Pod" }, {}, "app", seed);
    expect(withName({ metadata: { name: "mine" } }, old, "app", seed)).toEqual({ metadata: { name: "mine" } });
    expect(withName({ kind: "Pod" }, old, "renamed", new Uint8Array([9]))).toEqual(old);
  });
});

describe("field managers", () => {
  const serverSide = { serverSideApply: true };

  test("a new object gets a random one, an old one keeps its own, an annotation decides", () => {
    expect(fieldManagerName({}, "", serverSide)).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
    expect(fieldManagerName({}, "pulumi-kubernetes-1", serverSide)).toBe("pulumi-kubernetes-1");
    const annotations = { "pulumi.com/patchFieldManager": "mine" };
    expect(fieldManagerName({ metadata: { annotations } }, "pulumi-kubernetes-1", serverSide)).toBe("mine");
    expect(fieldManagerName({}, "pulumi-kubernetes-1", { serverSideApply: false })).toBe("pulumi-kubernetes");
  });

  test("conflicts are forced by annotation before the provider's setting", () => {
    const annotated = (value: string) => ({ metadata: { annotations: { "pulumi.com/patchForce": value } } });
    expect(forcesConflicts(annotated("true"), { patchForce: false })).toBe(true);
    expect(forcesConflicts(annotated("false"), { patchForce: true })).toBe(false);
    expect(forcesConflicts({}, { patchForce: true })).toBe(true);
  });

  const entry = (manager: string, operation: string, fieldsV1: PropertyMap) => ({ manager, operation, fieldsV1 });
  const fieldsOf = (...names: string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));

  test("the fields of the creation are handed over to the apply, those of others and of the status stay", () => {
    const status = { ...entry("me", "Update", fieldsOf("a")), subresource: "status" };
    const other = entry("other", "Update", fieldsOf("b"));
    const managedFields = [entry("me", "Update", fieldsOf("a")), other, entry("me", "Apply", fieldsOf("c")), status];
    expect(adoptedManagedFields({ metadata: { managedFields } }, "me", { a: 1 })).toEqual([
      other,
      status,
      entry("me", "Apply", fieldsOf("c", "a")),
    ]);
    const applied = { metadata: { managedFields: [entry("me", "Apply", fieldsOf("a"))] } };
    expect(adoptedManagedFields(applied, "me", { a: 1 })).toBeUndefined();
  });

  test("what a webhook injected into the creation is not handed over, so that no apply takes it out again", () => {
    const item = (name: string) => ({ [`k:{"name":"${name}"}`]: { ".": {}, ...fieldsOf("name", "value") } });
    const own = { "f:containers": { 'k:{"name":"app"}': { "f:env": item("A") } } };
    const injected = { "f:containers": { 'k:{"name":"app"}': { "f:env": item("AZURE_CLIENT_ID"), "f:tty": {} } } };
    const both = {
      "f:containers": { 'k:{"name":"app"}': { "f:env": { ...item("A"), ...item("AZURE_CLIENT_ID") }, "f:tty": {} } },
    };
    const sent = { containers: [{ name: "app", env: [{ name: "A", value: "1" }] }] };
    const live = { metadata: { managedFields: [entry("me", "Update", both)] } };
    expect(adoptedManagedFields(live, "me", sent)).toEqual([
      entry("me", "Update", injected),
      entry("me", "Apply", own),
    ]);
  });
});

test("a Secret's stringData is sent as data", () => {
  const secret = { apiVersion: "v1", kind: "Secret", data: { a: "MQ==" }, stringData: new Secret({ b: "2" }) };
  expect(wireObject(secret)).toEqual({ apiVersion: "v1", kind: "Secret", data: { a: "MQ==", b: "Mg==" } });
});

test("a merge patch sets what changed to null where it was removed", () => {
  expect(mergePatch({ a: 1, b: { c: 1, d: 1 } }, { b: { c: 2 } })).toEqual({ a: null, b: { c: 2, d: null } });
});
