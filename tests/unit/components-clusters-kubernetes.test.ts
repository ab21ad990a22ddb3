import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { loadClient } from "../../cluster-probe/client-node";
import type { ClusterContext } from "../../components/clusters/cluster";
import { makePlainKubernetes } from "../../components/clusters/plain-kubernetes";
import { plainKubernetesSchema } from "../../config/clusters/plain-kubernetes";
import { subscriptionId, tenantId } from "../../federation/ids";
import { discoveryPath, FakeApiServer, keysPath, registration, registrationsPath } from "./fake-api-server";

const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";
const website = "https://wiissuer4711.z13.web.core.windows.net/";
const publishIssuer = { resourceGroup: "rg-issuer", storageAccount: "wiissuer4711" };
const own = { "app.kubernetes.io/managed-by": "pulumi", "cross-tenant-identity/stack": "org.project.dev" };
const helm = { "app.kubernetes.io/managed-by": "Helm" };
const byUrl = { url: "https://127.0.0.1:9443" };

let api: FakeApiServer;
let created: { type: string; name: string; inputs: Record<string, unknown> }[];
let warnings: string[];

beforeAll(async () => {
  api = await FakeApiServer.start();
  // The client is large, and its loading no part of a test.
  await loadClient();
}, 60_000);

afterAll(() => api.stop());

beforeEach(() => {
  created = [];
  warnings = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warnings.push(text));
  clusterSays(issuer);
});

afterEach(() => jest.restoreAllMocks());

function clusterSays(reported: string, ...registrations: object[]): void {
  api.answers = {
    "/version": {},
    [discoveryPath]: { body: { issuer: reported } },
    [keysPath]: { body: { keys: [{ kty: "RSA", alg: "RS256", kid: "1", n: "n", e: "AQAB" }] } },
    [registrationsPath]: { body: { items: registrations } },
  };
}

async function made(config: object, { runsWorkloads = true, preview = false } = {}) {
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        created.push({ type, name, inputs });
        const state = type.endsWith(":StorageAccount")
          ? { ...inputs, name: inputs.accountName, ...(preview ? {} : { primaryEndpoints: { web: website } }) }
          : type.endsWith(":ResourceGroup")
            ? { ...inputs, name: inputs.resourceGroupName }
            : type.endsWith(":StorageAccountStaticWebsite")
              ? { ...inputs, containerName: "$web" }
              : inputs;
        return { id: name, state };
      },
      call: () => ({}),
    },
    "project",
    "dev",
    preview,
  );
  const context: ClusterContext = {
    tenantA: {
      provider: new Provider("tenantA"),
      tenantId: tenantId("aaaaaaaa-0000-4000-8000-00000000000a"),
      subscriptionId: subscriptionId("aaaaaaaa-1111-4111-8111-11111111111a"),
      location: "eastus",
      environment: "public",
      tags: { owner: "team" },
      signIn: { way: undefined, clientId: undefined, tokenFile: undefined },
    },
    stack: "org.project.dev",
    runsWorkloads,
    tenantId: tenantId("aaaaaaaa-0000-4000-8000-00000000000a"),
    environment: "public",
    confirmedChanges: [],
  };
  const parsed = plainKubernetesSchema.parse({
    kind: "kubernetes",
    name: "k3s",
    kubeconfig: { contents: api.kubeconfig() },
    ...config,
  });
  const cluster = await makePlainKubernetes(parsed, context);
  await pulumi.runtime.disconnect();
  return cluster;
}

const kinds = () => created.map(({ type }) => type.split(":").at(-1));

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.catch((thrown: unknown) => thrown);
  if (error instanceof pulumi.RunError) return error.message;
  throw error instanceof Error ? error : new Error("It was not refused.");
}

describe("a cluster with an issuer of its own", () => {
  it("gets the webhook, and its id is its issuer", async () => {
    const cluster = await made({ oidcIssuerUrl: issuer });
    expect(kinds()).toContain("MutatingWebhookConfiguration");
    expect(cluster.access?.contentOptions().dependsOn).toHaveLength(1);
    await new Promise<void>((resolve) => {
      cluster.clusterId.apply((id) => {
        expect(id).toBe(issuer);
        resolve();
      });
    });
  });

  it("keeps the one that this stack installed, and takes over none of somebody else", async () => {
    clusterSays(issuer, registration(byUrl, own));
    await made({ oidcIssuerUrl: issuer });
    expect(kinds()).toContain("MutatingWebhookConfiguration");
    created = [];
    clusterSays(issuer, registration(byUrl, helm));
    await made({ oidcIssuerUrl: issuer });
    expect(kinds()).not.toContain("MutatingWebhookConfiguration");
  });

  it("says when the webhook is another stack's, with which it would go", async () => {
    clusterSays(issuer, registration(byUrl, { ...own, "cross-tenant-identity/stack": "org.project.old" }));
    await made({ oidcIssuerUrl: issuer });
    expect(warnings.join("\n")).toMatch(
      /stack org\.project\.old installed[\s\S]*kubectl label .*stack=org\.project\.dev/,
    );
  });

  it("without workloads and with install: never, nobody asks for a webhook", async () => {
    await made({ oidcIssuerUrl: issuer, webhook: { install: "never" } }, { runsWorkloads: false });
    expect(kinds()).not.toContain("MutatingWebhookConfiguration");
  });

  it("needs no resource of Azure", async () => {
    await made({ oidcIssuerUrl: issuer });
    expect(created.filter(({ type }) => type.startsWith("azure-native:"))).toEqual([]);
  });

  it.each([
    ["an issuer without its slash", () => clusterSays(`${issuer}/`), {}, /trailing slash/],
    ["another cluster", () => clusterSays(`${issuer}DEF`), {}, /leads to another cluster/],
    [
      "an API server without a public issuer",
      () => clusterSays("https://kubernetes.default.svc"),
      {},
      /--service-account-issuer/,
    ],
    [
      "never, and none there",
      () => clusterSays(issuer),
      { webhook: { install: "never" } },
      /has no workload identity webhook/,
    ],
    [
      "two webhooks",
      () => clusterSays(issuer, registration(byUrl, helm), registration(byUrl, helm, "second")),
      {},
      /2 workload identity webhooks/,
    ],
    [
      "a cluster that is away",
      () => undefined,
      {
        kubeconfig: {
          contents:
            "{clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}], contexts: [{name: x, context: {cluster: c}}], current-context: x}",
        },
      },
      /cannot be reached/,
    ],
  ])("%s is refused before anything is made", async (_what, prepare, config, words) => {
    prepare();
    expect(await refusal(made({ oidcIssuerUrl: issuer, ...config }))).toMatch(words);
    expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
  });
});

describe("a cluster whose issuer the stack publishes", () => {
  it("publishes discovery document and keys, and holds the workloads back until the API server signs so", async () => {
    clusterSays("https://kubernetes.default.svc.cluster.local");
    const cluster = await made({ publishIssuer });
    expect(cluster.access).toBeUndefined();
    const blobs = created.filter(({ type }) => type === "azure-native:storage:Blob");
    expect(blobs.map(({ inputs }) => inputs.blobName).sort()).toEqual([
      ".well-known/openid-configuration",
      "openid/v1/jwks",
    ]);
    for (const { inputs } of blobs) {
      expect(inputs).toMatchObject({ contentType: "application/json", containerName: "$web" });
    }
    expect(warnings.join("\n")).toContain(`--service-account-issuer=${website}`);
    expect(warnings.join("\n")).toContain(`--service-account-jwks-uri=${website}openid/v1/jwks`);
  });

  it("lets them run once it does", async () => {
    clusterSays(website);
    const cluster = await made({ publishIssuer });
    expect(cluster.access).toBeDefined();
    expect(warnings).toEqual([]);
  });

  it("holds them back in the preview that makes the account", async () => {
    const cluster = await made({ publishIssuer }, { preview: true });
    expect(cluster.access).toBeUndefined();
  });

  it("makes an account with nothing public but the website", async () => {
    await made({ publishIssuer });
    const account = created.find(({ type }) => type === "azure-native:storage:StorageAccount");
    expect(account?.inputs).toMatchObject({
      kind: "StorageV2",
      minimumTlsVersion: "TLS1_2",
      enableHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
      tags: { owner: "team" },
    });
  });

  it("refuses keys that Entra ID does not accept", async () => {
    api.answers[keysPath] = { body: { keys: [{ kty: "EC", alg: "ES256", kid: "1" }] } };
    expect(await refusal(made({ publishIssuer }))).toMatch(
      /keys that Entra ID does not accept[\s\S]*ES256[\s\S]*RS256/,
    );
  });
});
