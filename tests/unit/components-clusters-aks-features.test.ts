import { managedClusterFeatures } from "../../components/clusters/managed-cluster-features";

const mockSent: { method: string; url: string; body: unknown; ifMatch: string | undefined }[] = [];
let mockAnswer: (method: string, body: Cluster | undefined, ifMatch: string | undefined) => [number, unknown];

jest.mock("@azure/core-rest-pipeline", () => ({
  createDefaultHttpClient: () => ({}),
  createPipelineRequest: ({ url, method }: { url: string; method: string }) => ({ url, method, headers: new Map() }),
  createPipelineFromOptions: () => ({
    sendRequest: async (
      _: object,
      request: { url: string; method: string; headers: Map<string, string>; body?: string },
    ) => {
      const body = request.body === undefined ? undefined : JSON.parse(request.body);
      const ifMatch = request.headers.get("if-match");
      mockSent.push({ method: request.method, url: request.url, body, ifMatch });
      const [status, answer] = mockAnswer(request.method, body, ifMatch);
      return { status, bodyAsText: typeof answer === "string" ? answer : JSON.stringify(answer) };
    },
  }),
}));

interface Cluster {
  eTag: string;
  tags: Record<string, string>;
  sku: object;
  properties: Record<string, unknown>;
}

const id = "/subscriptions/s/resourceGroups/rg-apps/providers/Microsoft.ContainerService/managedClusters/aks-apps";
const wish = {
  ...{ clusterId: id, apiVersion: "2025-10-01", endpoint: "https://management.azure.com", token: "t" },
  ...{ oidcIssuer: "enabled" as const, workloadIdentity: "enabled" as const, patienceSeconds: 1800 },
  found: { oidcIssuer: "disabled" as const, workloadIdentity: "disabled" as const },
};

let cluster: Cluster;

beforeEach(() => {
  mockSent.length = 0;
  cluster = {
    eTag: "e1",
    tags: { owner: "apps" },
    sku: { tier: "Standard" },
    properties: {
      provisioningState: "Succeeded",
      futureProperty: { of: "a later version" },
      securityProfile: { defender: { on: true } },
    },
  };
  mockAnswer = ideal;
});

/** AKS as it is when nobody else is there. */
function ideal(method: string, body: Cluster | undefined, ifMatch: string | undefined): [number, unknown] {
  if (method === "GET") return [200, cluster];
  if (ifMatch !== cluster.eTag) return [412, { error: { code: "PreconditionFailed", message: "ETag" } }];
  const properties = { ...body?.properties };
  properties.oidcIssuerProfile = { enabled: true, issuerURL: "https://issuer/" };
  cluster = { ...cluster, ...body, eTag: `${cluster.eTag}+`, properties };
  return [200, cluster];
}

const writes = () => mockSent.filter(({ method }) => method === "PUT");
const create = () => managedClusterFeatures.create(wish);

it("writes the whole cluster back with two properties changed, under the ETag that it was read with", async () => {
  const before = structuredClone(cluster);
  const { id: made, outs } = await create();
  expect(made).toBe(id);
  expect(outs).toMatchObject({ issuerUrl: "https://issuer/" });
  expect(outs).not.toHaveProperty("token");
  expect(writes()).toHaveLength(1);
  expect(writes()[0]).toMatchObject({ ifMatch: "e1", url: `https://management.azure.com${id}?api-version=2025-10-01` });
  expect(writes()[0]?.body).toEqual({
    ...before,
    properties: {
      ...before.properties,
      oidcIssuerProfile: { enabled: true },
      securityProfile: { defender: { on: true }, workloadIdentity: { enabled: true } },
    },
  });
});

it("writes nothing where both are on already", async () => {
  await create();
  await create();
  expect(writes()).toHaveLength(1);
});

it("carries over what somebody else changed in between", async () => {
  let others = 0;
  mockAnswer = (method, body, ifMatch) => {
    if (method === "PUT" && others++ === 0) cluster = { ...cluster, eTag: "e2", tags: { owner: "others" } };
    return ideal(method, body, ifMatch);
  };
  await create();
  expect(writes().map(({ ifMatch }) => ifMatch)).toEqual(["e1", "e2"]);
  expect(cluster.tags).toEqual({ owner: "others" });
});

it("refuses after three lost races, with nothing overwritten", async () => {
  let others = 0;
  mockAnswer = (method, body, ifMatch) => {
    if (method === "PUT") cluster = { ...cluster, eTag: `other${others++}` };
    return ideal(method, body, ifMatch);
  };
  await expect(create()).rejects.toThrow(
    "Cluster aks-apps was changed by somebody else each time its features were to be switched; nothing was overwritten.",
  );
  expect(writes()).toHaveLength(3);
  expect(cluster.properties).not.toHaveProperty("oidcIssuerProfile");
});

it("refuses at once while another operation runs", async () => {
  mockAnswer = (method, body, ifMatch) =>
    method === "PUT"
      ? [409, { error: { code: "OperationNotAllowed", message: "in progress" } }]
      : ideal(method, body, ifMatch);
  await expect(create()).rejects.toThrow(
    /Something else is changing cluster aks-apps[\s\S]*409 OperationNotAllowed: in progress[\s\S]*az aks wait -g rg-apps -n aks-apps/,
  );
  expect(writes()).toHaveLength(1);

  mockAnswer = ideal;
  cluster.properties.provisioningState = "Upgrading";
  await expect(create()).rejects.toThrow("provisioningState Upgrading");
  expect(writes()).toHaveLength(1);
});

it("says so when AKS refuses, or the change fails", async () => {
  mockAnswer = (method, body, ifMatch) =>
    method === "PUT" ? [400, { error: { code: "BadRequest", message: "no" } }] : ideal(method, body, ifMatch);
  await expect(create()).rejects.toThrow(
    /AKS refused to change the features of cluster aks-apps[\s\S]*400 BadRequest: no/,
  );
  mockAnswer = (method, body, ifMatch) => {
    const answer = ideal(method, body, ifMatch);
    if (method === "PUT") cluster.properties.provisioningState = "Failed";
    return answer;
  };
  await expect(create()).rejects.toThrow(/features is Failed[\s\S]*az aks update -g rg-apps -n aks-apps/);
});

it("goes on waiting while Azure shows the cluster as it was, or nothing at all", async () => {
  const before = structuredClone(cluster);
  const passing: (() => [number, unknown])[] = [
    () => [200, before],
    () => [502, "<html>Bad Gateway</html>"],
    () => {
      throw new Error("ECONNRESET");
    },
  ];
  mockAnswer = (method, body, ifMatch) =>
    (method === "GET" && writes().length > 0 && passing.shift()?.()) || ideal(method, body, ifMatch);
  expect((await create()).outs).toMatchObject({ issuerUrl: "https://issuer/" });
  expect(passing).toEqual([]);
  expect(writes()).toHaveLength(1);
}, 15_000);

it("says what Azure answered where the cluster cannot be read, be it a page of a gateway", async () => {
  mockAnswer = () => [502, "<html>Bad Gateway</html>"];
  await expect(create()).rejects.toThrow(/Cluster aks-apps could not be read[\s\S]*502 : <html>Bad Gateway<\/html>/);
  mockAnswer = (method, body, ifMatch) =>
    method === "GET" && writes().length > 0
      ? [403, { error: { code: "AuthorizationFailed", message: "no right" } }]
      : ideal(method, body, ifMatch);
  await expect(create()).rejects.toThrow("403 AuthorizationFailed: no right");
});

it("writes nothing without an ETag", async () => {
  Reflect.deleteProperty(cluster, "eTag");
  await expect(create()).rejects.toThrow("no eTag");
  expect(writes()).toEqual([]);
});

it("has something to do where what was found differs from the wish, and never for a new token", async () => {
  const done = { ...wish, found: { oidcIssuer: "enabled" as const, workloadIdentity: "enabled" as const } };
  const changes = async (news: typeof wish | typeof done) =>
    (await managedClusterFeatures.diff?.(id, { ...done, token: "" }, news))?.changes;
  expect(await changes({ ...done, token: "new", clusterId: id.toUpperCase() })).toBe(false);
  expect(await changes(wish)).toBe(true);
  expect(await managedClusterFeatures.diff?.(id, done, { ...done, clusterId: `${id}2` })).toMatchObject({
    replaces: ["clusterId"],
  });
});

describe("a refresh", () => {
  const found = { ...wish.found, eTag: "e1" };
  const changes = async (olds: object, news: object) =>
    (await managedClusterFeatures.diff?.(id, { ...wish, ...olds }, { ...wish, ...news }))?.changes;

  it("after the features were switched finds no difference, with the inputs that asked for it", async () => {
    const { outs = {} } = await managedClusterFeatures.create({ ...wish, found });
    expect(await changes(outs, { found })).toBe(false);
  });

  it("hides nothing that somebody switched back since, nor another wish", async () => {
    const { outs = {} } = await managedClusterFeatures.create({ ...wish, found });
    expect(await changes(outs, { found: { ...found, eTag: "e7" } })).toBe(true);
    const off = { oidcIssuer: "enabled", workloadIdentity: "enabled", eTag: "e1" };
    expect(await changes(outs, { found: off, workloadIdentity: "disabled" })).toBe(true);
  });
});
