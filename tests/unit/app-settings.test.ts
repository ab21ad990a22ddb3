import { readSettings, SettingsError } from "../../app/settings.ts";

const complete = {
  AZURE_SUBSCRIPTION_ID: "bbbbbbbb-1111-4111-8111-11111111111b",
  AZURE_REGION: "eastus",
  AZURE_RESOURCE_NAME: "cores",
};
const injected = {
  KUBERNETES_SERVICE_HOST: "10.0.0.1",
  AZURE_CLIENT_ID: "cccccccc-1111-4111-8111-11111111111b",
  AZURE_TENANT_ID: "bbbbbbbb-0000-4000-8000-00000000000b",
  AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/wi/token/azure-identity-token",
};

function problemsOf(env: Record<string, string | undefined>) {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("the settings of the app", () => {
  it("names every missing variable at once, with its meaning and an example", () => {
    expect(problemsOf({})).toEqual([
      { name: "AZURE_SUBSCRIPTION_ID", problem: "is not set", advice: expect.stringContaining("for example bbbb") },
      { name: "AZURE_REGION", problem: "is not set", advice: expect.stringContaining("for example eastus") },
      { name: "AZURE_RESOURCE_NAME", problem: "is not set", advice: expect.stringContaining("for example cores") },
    ]);
  });

  it("takes a blank variable for a missing one", () => {
    expect(problemsOf({ ...complete, AZURE_REGION: "  " })).toMatchObject([
      { name: "AZURE_REGION", problem: "is not set" },
    ]);
  });

  it.each([
    ["AZURE_SUBSCRIPTION_ID", "/subscriptions/x", 'is "/subscriptions/x", which is not a GUID'],
    ["AZURE_REGION", "East US", 'is "East US", which is not a region\'s short name, without spaces'],
    ["AZURE_RESOURCE_NAME", "../cores", 'is "../cores", which is not a quota resource\'s name'],
    ["APP_RETRY_SECONDS", "10m", 'is "10m", which is not a whole number from 0 to 86400'],
    ["APP_INTERVAL_SECONDS", "0", 'is "0", which is not a whole number from 1 to 86400'],
  ])("refuses %s = %s", (name, value, problem) => {
    expect(problemsOf({ ...complete, [name]: value })).toMatchObject([{ name, problem }]);
  });

  it("waits ten minutes and reads every five unless told otherwise", () => {
    expect(readSettings(complete)).toMatchObject({ retrySeconds: 600, intervalSeconds: 300 });
    expect(readSettings({ ...complete, APP_RETRY_SECONDS: "0", APP_INTERVAL_SECONDS: "1" })).toMatchObject({
      retrySeconds: 0,
      intervalSeconds: 1,
    });
  });

  it("accepts what the workload identity webhook injects", () => {
    expect(readSettings({ ...complete, ...injected })).toMatchObject({
      tokenFile: injected.AZURE_FEDERATED_TOKEN_FILE,
      clientId: injected.AZURE_CLIENT_ID,
      tenantId: injected.AZURE_TENANT_ID,
    });
  });

  it("says which annotation is missing when the webhook injected only a part", () => {
    expect(problemsOf({ ...complete, ...injected, AZURE_CLIENT_ID: undefined })).toEqual([
      {
        name: "AZURE_CLIENT_ID",
        problem: "is not set",
        advice: expect.stringContaining("azure.workload.identity/client-id"),
      },
    ]);
  });

  it("does not fall back on the node's identity in a pod that was not mutated", () => {
    expect(problemsOf({ ...complete, KUBERNETES_SERVICE_HOST: "10.0.0.1" })).toEqual([
      {
        name: "AZURE_FEDERATED_TOKEN_FILE",
        problem: "is not set although this is a pod",
        advice: expect.stringContaining('azure.workload.identity/use: "true"'),
      },
    ]);
  });

  it("respects an explicit choice of another credential in a pod", () => {
    const env = { ...complete, KUBERNETES_SERVICE_HOST: "10.0.0.1", AZURE_TOKEN_CREDENTIALS: "prod" };
    expect(problemsOf(env)).toEqual([]);
  });
});
