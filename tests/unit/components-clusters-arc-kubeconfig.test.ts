import "reflect-metadata";
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import * as x509 from "@peculiar/x509";
import { adminKubeconfigProvider } from "../../components/clusters/arc-admin-kubeconfig";

const sendRequest = jest.fn();
jest.mock("@azure/core-rest-pipeline", () => ({
  ...jest.requireActual("@azure/core-rest-pipeline"),
  createPipelineFromOptions: () => ({ sendRequest: (_client: unknown, request: unknown) => sendRequest(request) }),
}));

const clusterId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/arc";
const inputs = { clusterId, apiVersion: "2024-01-01", endpoint: "https://management.azure.com", token: "access-token" };
const kubeconfig = "apiVersion: v1\nkind: Config\n";
const credentials = {
  status: "Succeeded",
  properties: { kubeconfigs: [{ name: "admin", value: Buffer.from(kubeconfig).toString("base64") }] },
};

function answer(status: number, body?: unknown, headers: Record<string, string> = {}) {
  return { status, headers: createHttpHeaders(headers), bodyAsText: body === undefined ? "" : JSON.stringify(body) };
}

beforeEach(() => {
  sendRequest.mockReset();
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
});

afterEach(() => jest.useRealTimers());

async function outcome(): Promise<unknown> {
  const creation = adminKubeconfigProvider.create(inputs).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(700_000);
  return creation;
}

it("asks for the credentials and follows the operation that Azure begins, until they are there", async () => {
  const location = "https://management.azure.com/operationResults/1?api-version=2024-01-01";
  sendRequest
    .mockResolvedValueOnce(answer(202, undefined, { location }))
    .mockResolvedValueOnce(answer(202))
    .mockResolvedValueOnce(answer(200, { status: "InProgress" }))
    .mockResolvedValue(answer(200, credentials));
  expect(await outcome()).toMatchObject({ id: clusterId, outs: { kubeconfig } });
  expect(sendRequest.mock.calls.map(([{ method, url }]) => `${method} ${url}`)).toEqual([
    `POST https://management.azure.com${clusterId}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default/listAdminKubeconfig?api-version=2024-01-01`,
    `GET ${location}`,
    `GET ${location}`,
    `GET ${location}`,
  ]);
  expect(sendRequest.mock.calls[0]?.[0].headers.get("authorization")).toBe("Bearer access-token");
});

it("goes on asking where one answer in between is none", async () => {
  sendRequest
    .mockResolvedValueOnce(answer(202, undefined, { location: "https://management.azure.com/operationResults/1" }))
    .mockResolvedValueOnce({ ...answer(502), bodyAsText: "<html>" })
    .mockRejectedValueOnce(new Error("ECONNRESET"))
    .mockResolvedValue(answer(200, credentials));
  expect(await outcome()).toMatchObject({ outs: { kubeconfig } });
  expect(sendRequest).toHaveBeenCalledTimes(4);
});

it("takes credentials that come at once", async () => {
  sendRequest.mockResolvedValue(answer(200, credentials));
  expect(await outcome()).toMatchObject({ outs: { kubeconfig } });
  expect(sendRequest).toHaveBeenCalledTimes(1);
});

it.each([
  [
    "a refusal",
    answer(403, { error: { code: "AuthorizationFailed", message: "no right" } }),
    "403 AuthorizationFailed: no right",
  ],
  [
    "an operation that failed",
    answer(200, { status: "Failed", error: { code: "Internal", message: "broken" } }),
    "200 Internal: broken",
  ],
  ["nothing", answer(200, {}), "200 : without credentials"],
  ["no JSON", { ...answer(502), bodyAsText: "<html>" }, "502 : <html>"],
])("says what Azure answered where it gives none: %s", async (_what, given, said) => {
  sendRequest.mockResolvedValue(given);
  const error = await outcome();
  if (!(error instanceof Error)) throw new Error("it did not fail");
  expect(error.message).toBe(`Azure gave no kubeconfig for cluster arc.
  answer:  ${said}
  look:    az aksarc get-credentials -n arc -g rg --subscription s --admin --file -
  to do:   when that works, run \`pulumi up\` again: it goes on from here`);
});

it("gives up an operation that does not end", async () => {
  sendRequest.mockResolvedValue(
    answer(202, undefined, { location: "https://management.azure.com/operationResults/1" }),
  );
  expect(await outcome()).toMatchObject({ message: expect.stringContaining("still at it after 10 minutes") });
});

describe("a kubeconfig that was fetched", () => {
  const diff = (olds: object) =>
    adminKubeconfigProvider.diff?.("id", { ...inputs, ...olds }, { ...inputs, token: "new" });

  it("stays with its cluster, whatever the token", async () => {
    expect(await diff({ kubeconfig })).toMatchObject({ changes: false });
    expect(await diff({ kubeconfig, clusterId: "/other" })).toMatchObject({ changes: true, replaces: ["clusterId"] });
  });

  it("is fetched anew within the last month of its certificate", async () => {
    expect(await diff({ kubeconfig: await signingIn(1) })).toMatchObject({ changes: true, replaces: ["kubeconfig"] });
    expect(await diff({ kubeconfig: await signingIn(300) })).toMatchObject({ changes: false });
    expect(await diff({ kubeconfig: "client-certificate-data: bm9uZQ==" })).toMatchObject({ changes: false });
  });
});

/** A kubeconfig whose certificate ends in so many days. */
async function signingIn(days: number): Promise<string> {
  x509.cryptoProvider.set(crypto);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=admin",
    notBefore: new Date(),
    notAfter: new Date(Date.now() + days * 24 * 3_600_000),
    keys: await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]),
    signingAlgorithm: algorithm,
  });
  const data = Buffer.from(certificate.toString("pem")).toString("base64");
  return `users:\n- name: admin\n  user:\n    client-certificate-data: ${data}\n`;
}
