import { arcAgentsProvider } from "../../components/clusters/arc-agents";

const getById = jest.fn();
jest.mock("@azure/arm-resources", () => ({
  ResourceManagementClient: class {
    resources = { getById };
  },
}));

const inputs = {
  clusterId: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/arc",
  apiVersion: "2026-05-01",
  endpoint: "https://management.azure.com",
  token: "access-token",
  patienceSeconds: 1800,
};
const issuerUrl = "https://northamerica.oic.prod-arc.azure.com/tenant/6d1f/";
let log: jest.SpyInstance;

beforeEach(() => {
  getById.mockReset();
  log = jest.spyOn(console, "log").mockImplementation(() => {});
  jest.useFakeTimers();
});

afterEach(() => {
  log.mockRestore();
  jest.useRealTimers();
});

/** What creation comes to when time flies. */
async function outcome(): Promise<unknown> {
  const creation = arcAgentsProvider.create(inputs).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(1_900_000);
  return creation;
}

function reported(agentState: string | undefined, issuer?: string) {
  return { properties: { arcAgentProfile: { agentState }, oidcIssuerProfile: { enabled: true, issuerUrl: issuer } } };
}

it("waits until the agents have succeeded and the issuer is there, and tells each step once", async () => {
  getById
    .mockRejectedValueOnce(Object.assign(new Error("not found yet"), { statusCode: 404 }))
    .mockResolvedValueOnce(reported(undefined))
    .mockResolvedValueOnce(reported("Provisioning"))
    .mockResolvedValueOnce(reported("Provisioning"))
    .mockResolvedValueOnce(reported("Succeeded"))
    .mockResolvedValue(reported("Succeeded", issuerUrl));
  expect(await outcome()).toMatchObject({ outs: { issuerUrl } });
  expect(log.mock.calls.flat()).toEqual([
    "arc waits for its Arc agents and its issuer: not readable: not found yet",
    "arc waits for its Arc agents and its issuer: agents not reported yet, issuer not there yet",
    "arc waits for its Arc agents and its issuer: agents Provisioning, issuer not there yet",
    "arc waits for its Arc agents and its issuer: agents Succeeded, issuer not there yet",
  ]);
});

it("gives up in the end, with what it saw, where to look and what to do", async () => {
  getById.mockResolvedValue({
    properties: { arcAgentProfile: { agentState: "Failed", agentErrors: [{ message: "helm release failed" }] } },
  });
  const error = await outcome();
  if (!(error instanceof Error)) throw new Error("it did not fail");
  expect(error.message).toBe(
    `Cluster arc is made, but its Arc agents or its OIDC issuer are not ready after 30 minutes.
  seen:   agents Failed (helm release failed), issuer not there yet
  look:   az connectedk8s show -n arc -g rg --subscription s --query "{agents:arcAgentProfile, issuer:oidcIssuerProfile, workloadIdentity:securityProfile}"
  to do:  when agentState is Succeeded and issuerUrl is there, run \`pulumi up\` again: it goes on from here`,
  );
});

it("does not wait where the deployer may not look", async () => {
  getById.mockRejectedValue(Object.assign(new Error("AuthorizationFailed"), { statusCode: 403 }));
  expect(await outcome()).toMatchObject({ message: "AuthorizationFailed" });
  expect(getById).toHaveBeenCalledTimes(1);
});

it("begins anew with another cluster, and never with another token", async () => {
  const diff = (changes: object) => arcAgentsProvider.diff?.("id", inputs, { ...inputs, ...changes });
  expect(await diff({ token: "new", patienceSeconds: 1 })).toMatchObject({ changes: false });
  expect(await diff({ clusterId: "/other" })).toMatchObject({ changes: true, replaces: ["clusterId"] });
});
