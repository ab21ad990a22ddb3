import { ApiStatusError, UnknownKindError, UnreachableError } from "../../sandbox/plugins/kubernetes/api-errors.ts";
import { ClusterAccess } from "../../sandbox/plugins/kubernetes/cluster-access.ts";
import { createObject } from "../../sandbox/plugins/kubernetes/operations/create.ts";
import { deleteObject } from "../../sandbox/plugins/kubernetes/operations/delete.ts";
import { readObject } from "../../sandbox/plugins/kubernetes/operations/read.ts";
import { updateObject } from "../../sandbox/plugins/kubernetes/operations/update.ts";
import { KubernetesProvider } from "../../sandbox/plugins/kubernetes/provider.ts";
import { readSettings } from "../../sandbox/plugins/kubernetes/settings.ts";
import { ResourceInitError } from "../../sandbox/plugins/rpc/provider.ts";
import { isUnknown, type PropertyMap, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "team" }, data: { a: "1" } };
const live = { ...inputs, metadata: { ...inputs.metadata, uid: "u", resourceVersion: "1" } };
const resource = { urn: "urn", id: "team/c", kind: { apiVersion: "v1", kind: "ConfigMap" } };
const notFound = new ApiStatusError(404, { reason: "NotFound", message: "not found" });
const unreachable = new UnreachableError("https://gone", "connect ECONNREFUSED");

/** A cluster whose requests are answered by the test. */
function cluster(
  answers: Partial<Record<"get" | "create" | "apply" | "delete" | "setManagedFields", jest.Mock>> = {},
  args: PropertyMap = {},
) {
  const access = new ClusterAccess(readSettings(args, {}));
  for (const method of ["get", "create", "apply", "delete", "setManagedFields"] as const) {
    const refuse = () => Promise.reject(new Error(`unexpected ${method}`));
    jest.spyOn(access, method).mockImplementation(answers[method] ?? refuse);
  }
  jest.spyOn(access, "withNamespace").mockImplementation(async (object) => object);
  jest.spyOn(access, "explained").mockImplementation(async (error) => error as Error);
  jest.spyOn(access, "log").mockImplementation(() => undefined);
  return access;
}

const answer = (value: PropertyMap) => jest.fn(async () => value);
const refuse = (error: Error) => jest.fn(async () => Promise.reject(error));

describe("creating an object", () => {
  test("posts it and keeps the live object with its id", async () => {
    const access = cluster({ create: answer(live), get: answer(live) });
    const made = await createObject(access, "urn", inputs, false, 0);
    expect(made.id).toBe("team/c");
    expect(made.outputs).toMatchObject({ metadata: { uid: "u" }, __inputs: inputs, __initialApiVersion: "v1" });
    expect(access.create).toHaveBeenCalledWith(inputs, expect.objectContaining({ preview: false }));
  });

  test("is a dry run in a preview, which does not foretell what is made anew", async () => {
    const access = cluster({ create: answer({ ...live, status: {} }) });
    const { id, outputs } = await createObject(access, "urn", inputs, true, 0);
    expect([id, outputs.status]).toEqual(["", undefined]);
    expect(isUnknown((outputs.metadata as PropertyMap).uid)).toBe(true);
    expect(access.create).toHaveBeenCalledWith(inputs, expect.objectContaining({ preview: true }));
  });

  test.each([
    ["a namespace of the same deployment", new ApiStatusError(404, { details: { kind: "namespaces" } })],
    ["a kind of the same deployment", new UnknownKindError("example.com/v1", "Widget", "https://server")],
    ["a missing permission", new ApiStatusError(403, {})],
    ["an old object that is deleted first", new ApiStatusError(409, { reason: "AlreadyExists" })],
    ["an unreachable cluster", unreachable],
  ])("previews the inputs in the case of %s", async (_, error) => {
    const preview = createObject(cluster({ create: refuse(error) }), "urn", inputs, true, 0);
    await expect(preview).resolves.toEqual({ id: "", outputs: inputs });
  });

  test("does not ask the cluster about unknown values", async () => {
    const unknown = { ...inputs, data: { a: UNKNOWN } };
    await expect(createObject(cluster(), "urn", unknown, true, 0)).resolves.toEqual({ id: "", outputs: unknown });
  });

  test("applies instead when existing objects may be taken over", async () => {
    const access = cluster({ apply: answer(live), get: answer(live) }, { upsertExistingObjects: true });
    await createObject(access, "urn", inputs, false, 0);
    expect(access.apply).toHaveBeenCalled();
  });

  test("keeps an object that did not become ready", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: inputs.metadata, status: { phase: "Failed" } };
    const made = createObject(cluster({ create: answer(pod), get: answer(pod) }), "urn", pod, false, 0);
    await expect(made).rejects.toBeInstanceOf(ResourceInitError);
    await expect(made).rejects.toMatchObject({ id: "team/c", outputs: { kind: "Pod", __inputs: { kind: "Pod" } } });
  });
});

describe("updating an object", () => {
  const request = {
    urn: "urn",
    id: "team/c",
    state: live,
    oldInputs: inputs,
    inputs,
    preview: false,
    timeoutSeconds: 0,
    ignoreChanges: [],
  };
  const conflict = (manager: string) =>
    new ApiStatusError(409, {
      details: { causes: [{ reason: "FieldManagerConflict", message: `conflict with "${manager}" using v1` }] },
    });

  test("does not make an object that is gone", async () => {
    const update = updateObject(cluster({ get: refuse(notFound) }), request);
    await expect(update).rejects.toThrow(/no longer in the cluster. Run "pulumi refresh"/);
  });

  test("hands the fields of the creation over, again when the object changed meanwhile", async () => {
    const managedFields = [{ manager: "me", operation: "Update", fieldsV1: { "f:data": {} } }];
    const owned = { ...live, metadata: { ...live.metadata, managedFields } };
    const setManagedFields = jest.fn().mockRejectedValueOnce(new ApiStatusError(409, {})).mockResolvedValue(owned);
    const access = cluster({ get: answer(owned), apply: answer(live), setManagedFields });
    await updateObject(access, { ...request, state: { ...live, __fieldManager: "me" } });
    expect(setManagedFields).toHaveBeenCalledTimes(2);
    expect(access.apply).toHaveBeenCalledWith(inputs, { fieldManager: "me", preview: false, force: false });
  });

  test("in a preview passes over a conflict with its own creation, and only with that", async () => {
    const state = { ...live, __fieldManager: "me" };
    const apply = jest.fn().mockRejectedValueOnce(conflict("me")).mockResolvedValue(live);
    await updateObject(cluster({ get: answer(live), apply }), { ...request, state, preview: true });
    expect(apply).toHaveBeenLastCalledWith(inputs, { fieldManager: "me", preview: true, force: true });
    const other = cluster({ get: answer(live), apply: refuse(conflict("kubectl")) });
    await expect(updateObject(other, { ...request, state, preview: true })).rejects.toBeInstanceOf(ApiStatusError);
  });
});

describe("reading an object", () => {
  test("that is not there says that it is gone", async () => {
    const read = readObject(cluster({ get: refuse(notFound) }), resource, inputs, live);
    await expect(read).resolves.toEqual({ id: "", inputs: {}, outputs: {} });
  });

  test("without inputs imports it", async () => {
    const read = await readObject(cluster({ get: answer(live) }), resource, {}, {});
    expect([read.id, read.inputs]).toEqual(["team/c", inputs]);
  });

  test("on an unreachable cluster fails, or takes it for gone, or keeps the state, as the settings say", async () => {
    const read = (args: PropertyMap) => readObject(cluster({ get: refuse(unreachable) }, args), resource, inputs, live);
    await expect(read({})).rejects.toThrow(/PULUMI_K8S_DELETE_UNREACHABLE/);
    await expect(read({ deleteUnreachable: true })).resolves.toMatchObject({ id: "" });
    await expect(read({ skipUpdateUnreachable: true })).resolves.toEqual({ id: "team/c", inputs, outputs: live });
  });
});

describe("deleting an object", () => {
  test("takes what it owns with it and waits until it is gone", async () => {
    const get = jest.fn().mockResolvedValueOnce(live).mockRejectedValue(notFound);
    const access = cluster({ delete: answer({}), get });
    await deleteObject(access, resource, inputs, 0);
    expect(access.delete).toHaveBeenCalledWith(expect.anything(), "Foreground");
    expect(get).toHaveBeenCalledTimes(2);
  });

  test("that is gone already is no failure", async () => {
    await expect(deleteObject(cluster({ delete: refuse(notFound) }), resource, inputs, 0)).resolves.toBeUndefined();
  });

  test("tells what holds it when it stays", async () => {
    const held = { ...live, metadata: { ...live.metadata, finalizers: ["example.com/hold"] } };
    const stays = deleteObject(cluster({ delete: answer({}), get: answer(held) }), resource, inputs, 0.001);
    await expect(stays).rejects.toThrow(/still there.*example\.com\/hold.*kubectl describe/);
  });

  test("on an unreachable cluster fails unless deleteUnreachable is set", async () => {
    const remove = (args: PropertyMap) =>
      deleteObject(cluster({ delete: refuse(unreachable) }, args), resource, inputs, 0);
    await expect(remove({})).rejects.toThrow(/PULUMI_K8S_DELETE_UNREACHABLE/);
    await expect(remove({ deleteUnreachable: "true" })).resolves.toBeUndefined();
  });
});

describe("a provider without a known kubeconfig", () => {
  const provider = new KubernetesProvider();
  const type = "kubernetes:core/v1:ConfigMap";

  test("previews the inputs as they are", async () => {
    await provider.configure({ kubeconfig: UNKNOWN });
    const named = { urn: "urn", type, name: "c" };
    const checked = await provider.check(named, {}, inputs, new Uint8Array());
    expect(checked).toEqual({ inputs, failures: [] });
    await expect(provider.create({ urn: "urn", type }, inputs, true, 0)).resolves.toEqual({ id: "", outputs: inputs });
  });

  test("refuses functions, names made by the API server, and conditions that it does not wait for", async () => {
    await expect(provider.invoke("kubernetes:yaml:decode")).rejects.toThrow(/kubernetes:yaml:decode is not available/);
    const metadata = { generateName: "c-", annotations: { "pulumi.com/waitFor": "jsonpath={.items[*].a}" } };
    const checked = await provider.check(
      { urn: "urn", type, name: "c" },
      {},
      { ...inputs, metadata },
      new Uint8Array(),
    );
    expect(checked.failures.map(({ property }) => property)).toEqual(["metadata.generateName", "metadata.annotations"]);
  });
});
