import {
  ApiStatusError,
  explain,
  UnreachableError,
  unknownFields,
} from "../../sandbox/plugins/kubernetes/api-errors.ts";
import type { PropertyMap } from "../../sandbox/plugins/rpc/values.ts";

const attempt = { verb: "create", object: "Pod team/app", server: "https://127.0.0.1:6443" };
const refused = (code: number, status: PropertyMap) => explain(new ApiStatusError(code, status), attempt).message;

test("an unknown field is named, with the object and what to do", () => {
  const message = 'strict decoding error: unknown field "spec.containers[0].imagePullPolcy", unknown field "spec.foo"';
  expect(refused(400, { message, reason: "BadRequest" })).toBe(
    'Cannot create Pod team/app on https://127.0.0.1:6443: the API server knows no field "spec.containers[0].imagePullPolcy", "spec.foo". Correct the spelling or remove it; nothing was changed.',
  );
});

test("an unknown field that server-side apply refuses is named too", () => {
  const message =
    'failed to create typed patch object (team/app; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="app"].imagePullPolcy: field not declared in schema';
  expect(unknownFields(message)).toEqual(['spec.template.spec.containers[name="app"].imagePullPolcy']);
});

test("an object that exists already: import, alias, another name or upsert", () => {
  expect(refused(409, { reason: "AlreadyExists", message: "exists" })).toMatch(
    /already exists.*Import it.*alias.*another name.*upsertExistingObjects/,
  );
});

test("a conflict of field managers names fields, owners and the annotation that takes them over", () => {
  const causes = [
    { reason: "FieldManagerConflict", field: ".spec.replicas", message: 'conflict with "kubectl" using apps/v1' },
  ];
  expect(refused(409, { reason: "Conflict", message: "conflict", details: { causes } })).toMatch(
    /spec\.replicas \(conflict with "kubectl" using apps\/v1\).*ignoreChanges.*pulumi\.com\/patchForce: "true"/,
  );
});

test("a namespace that is missing", () => {
  const status = { reason: "NotFound", message: 'namespaces "team" not found', details: { kind: "namespaces" } };
  expect(refused(404, status)).toMatch(/namespaces "team" not found\. Create the namespace first/);
});

test("credentials that the API server does not accept", () => {
  expect(refused(401, { reason: "Unauthorized", message: "Unauthorized" })).toMatch(
    /credentials.*Refresh the provider's/,
  );
});

test("a missing permission asks for a role, a missing service account for the account", () => {
  expect(refused(403, { message: 'User "u" cannot create resource "pods"' })).toMatch(
    /Give the kubeconfig's user a role/,
  );
  expect(refused(403, { message: "error looking up service account team/sa" })).toMatch(/Create the service account/);
});

test("any other refusal keeps the API server's words and code", () => {
  expect(refused(500, { reason: "InternalError", message: "webhook down" })).toBe(
    "Cannot create Pod team/app on https://127.0.0.1:6443: webhook down (500 InternalError).",
  );
});

test("an unreachable cluster names the server, the cause and the way to forget its objects", () => {
  expect(new UnreachableError("https://gone", "connect ECONNREFUSED").message).toMatch(
    /https:\/\/gone is unreachable: connect ECONNREFUSED.*PULUMI_K8S_DELETE_UNREACHABLE=true/,
  );
});
