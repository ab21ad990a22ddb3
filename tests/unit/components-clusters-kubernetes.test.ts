import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { loadClient } from "../../cluster-probe/client-node";
import type { ClusterContext } from "../../components/clusters/cluster";
import { makePlainKubernetes } from "../../components/clusters/plain-kubernetes";
import { plainKubernetesSchema } from "../../config/clusters/plain-kubernetes";
import { subscriptionId, tenantId } from "../../federation/ids";
import type { ClusterOutput } from "../../federation/outputs";
import { discoveryPath, FakeApiServer, keysPath, registration, registrationsPath } from "./fake-api-server";

const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";
const website = "https://wiissuer4711.z13.web.core.windows.net/";
const publishIssuer = { resourceGroup: "rg-issuer", storageAccount: "wiissuer4711" };
const systemPath = "/api/v1/namespaces/kube-system";
const webhookNamespacePath = "/api/v1/namespaces/azure-workload-identity-system";
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
    [systemPath]: { body: { metadata: { uid: "uid-1" } } },
  };
}

interface Situation {
  readonly runsWorkloads?: boolean;
  readonly preview?: boolean;
  readonly published?: ClusterOutput;
}

async function made(config: object, { runsWorkloads = true, preview = false, published }: Situation = {}) {
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
    published,
    publishedIssuer: published && website,
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

  it("keeps its own when the stack was renamed, and gives it the new name", async () => {
    clusterSays(issuer, registration(byUrl, { ...own, "cross-tenant-identity/stack": "org.project.old" }));
    const published = { kind: "kubernetes", name: "k3s", fixed: {}, webhook: "org.project.old" };
    const cluster = await made({ oidcIssuerUrl: issuer }, { published });
    const registered = created.find(({ type }) => type.endsWith(":MutatingWebhookConfiguration"));
    expect(registered?.inputs).toMatchObject({ metadata: { labels: own } });
    expect(cluster.remembered).toEqual({ webhook: "org.project.dev" });
    expect(warnings).toEqual([]);
  });

  it("goes on in a namespace of its own that was left unfinished", async () => {
    api.answers[webhookNamespacePath] = { body: { metadata: { uid: "2", labels: own } } };
    await made({ oidcIssuerUrl: issuer });
    expect(kinds()).toContain("MutatingWebhookConfiguration");
    expect(warnings.join("\n")).toMatch(/did not come to its end/);
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
      "a namespace for the webhook that is somebody's",
      () => {
        api.answers[webhookNamespacePath] = { body: { metadata: { uid: "2" } } };
      },
      {},
      /namespace azure-workload-identity-system that this stack did not make/,
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
    expect(await cluster.signsWith?.(cluster.oidcIssuerUrl)).toBe(false);
    expect(cluster.access).toBeDefined();
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
    expect(await cluster.signsWith?.(cluster.oidcIssuerUrl)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it("holds them back in the preview that makes the account", async () => {
    const cluster = await made({ publishIssuer }, { preview: true });
    expect(await cluster.signsWith?.(cluster.oidcIssuerUrl)).toBe(false);
  });

  it("knows the published issuer in the preview that changes the account, and the documents stay as they are", async () => {
    clusterSays(website);
    const cluster = await made({ publishIssuer }, { preview: true, published });
    expect(await cluster.signsWith?.(cluster.oidcIssuerUrl)).toBe(true);
    const blobs = created.filter(({ type }) => type === "azure-native:storage:Blob");
    expect(blobs.map(({ inputs }) => inputs.source)).toEqual([expect.anything(), expect.anything()]);
    // Another cluster may have another account.
    const replaced = await made({ publishIssuer, replace: "k3s" }, { preview: true, published });
    expect(await replaced.signsWith?.(replaced.oidcIssuerUrl)).toBe(false);
  });

  const published = { kind: "kubernetes", name: "k3s", fixed: {}, uid: "uid-1", issuerInUse: true };

  it("leaves those alone that run, when the API server says otherwise for a while", async () => {
    clusterSays("https://kubernetes.default.svc.cluster.local");
    const cluster = await made({ publishIssuer }, { published });
    expect(await cluster.signsWith?.(cluster.oidcIssuerUrl)).toBe(true);
    expect(warnings.join("\n")).toMatch(/no longer signs[\s\S]*Its workloads stay/);
  });

  it("is known again by the UID of kube-system, and another one takes its place only when config says so", async () => {
    clusterSays(website);
    expect((await made({ publishIssuer }, { published })).remembered).toMatchObject({ uid: "uid-1" });
    created = [];
    api.answers[systemPath] = { body: { metadata: { uid: "uid-2" } } };
    expect(await refusal(made({ publishIssuer }, { published }))).toMatch(/UID uid-1[\s\S]*uid-2/);
    expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
    const replaced = await made({ publishIssuer, replace: "k3s" }, { published });
    expect(replaced.remembered).toMatchObject({ uid: "uid-2" });
    const provider = created.find(({ type }) => type === "pulumi:providers:kubernetes");
    expect(provider?.inputs.clusterIdentifier).toBe("k3s/wiissuer4711/uid-2");
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
