import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from "@azure/core-rest-pipeline";
import { armToken, eventually, useCloud } from "./support/cloud-fixture.ts";
import { audience, createCluster, createIdentity, podCredential, subject } from "./support/workload.ts";

const world = useCloud();

interface Listed {
  context: string;
  kind: string;
  issuerUrl: string;
  kubeconfigFile?: string;
  tenant?: string;
}

function admin(method: string, path: string, body?: unknown) {
  const authorization = `Bearer ${readFileSync(join(world.stateDir, "admin-key"), "utf8")}`;
  return world.plain(`/sandbox/clusters${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function add(body: { name: string; issuerUrl?: string; publish?: boolean }): Promise<Listed> {
  const answer = await admin("POST", "", body);
  expect(answer.status).toBe(201);
  return answer.body;
}

/** A GET of a true name, through the proxy, by a client that trusts the sandbox's authority. */
async function read(url: string): Promise<{ status: number; body: unknown }> {
  const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
  const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), createPipelineRequest({ url }));
  return { status, body: bodyAsText ? JSON.parse(bodyAsText) : undefined };
}

describe("a plain cluster", () => {
  it("gets an issuer as on EKS, whose documents are served at its true host name", async () => {
    const { context, kind, issuerUrl, kubeconfigFile = "" } = await add({ name: "eks-demo" });
    expect({ context, kind }).toEqual({ context: "eks-demo", kind: "plain" });
    expect(issuerUrl).toMatch(/^https:\/\/oidc\.eks\.us-east-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/);
    expect(readFileSync(kubeconfigFile, "utf8")).toContain("current-context: eks-demo");
    expect(statSync(kubeconfigFile).mode & 0o777).toBe(0o600);
    expect(await read(`${issuerUrl}/.well-known/openid-configuration`)).toMatchObject({ body: { issuer: issuerUrl } });
    expect(await read(`${issuerUrl}/openid/v1/jwks`)).toMatchObject({ body: { keys: [{ kty: "RSA" }] } });
    expect((await read(`${new URL(issuerUrl).origin}/id/0/openid/v1/jwks`)).status).toBe(404);
    const inventory = await world.plain("/sandbox/inventory", {
      headers: { authorization: `Bearer ${readFileSync(join(world.stateDir, "admin-key"), "utf8")}` },
    });
    expect(JSON.stringify(inventory.body)).not.toContain("eks-demo");
  });

  it("is trusted by an identity of tenant B while its issuer serves the key, old or new", async () => {
    const issuerUrl = "https://oidc.example.com/federated";
    await add({ name: "federated", issuerUrl });
    const cluster = world.clusters.named("federated");
    const group = "rg-admin-federated";
    const identity = await createIdentity(world, group, "mi-federated");
    const credentials = world.b.identities.federatedIdentityCredentials;
    await credentials.createOrUpdate(group, identity.name, "plain", {
      issuer: issuerUrl,
      subject,
      audiences: [audience],
    });
    const exchange = (token: string) => armToken(podCredential(world, identity.clientId, token));
    const former = await cluster.token(subject);
    await eventually(() => exchange(former));

    expect((await admin("POST", "/federated/signing-keys", { step: "add" })).status).toBe(200);
    await exchange(await cluster.token(subject));
    await exchange(former);
    expect((await admin("POST", "/federated/signing-keys", { step: "retire" })).status).toBe(200);
    await exchange(await cluster.token(subject));
  });

  it("whose issuer is published nowhere is listed all the same", async () => {
    const issuerUrl = "https://kubernetes.default.svc.cluster.local";
    await add({ name: "self-managed", issuerUrl, publish: false });
    const { body }: { body: Listed[] } = await admin("GET", "");
    expect(body).toContainEqual(expect.objectContaining({ context: "self-managed", kind: "plain", issuerUrl }));
    const answer = await read(`${issuerUrl}/openid/v1/jwks`).catch((error: Error) => error);
    expect(answer).not.toMatchObject({ status: 200 });
  });

  it("signs for another issuer on request, which takes the place of the former one", async () => {
    const issuerUrl = "https://oidc.example.com/before";
    await add({ name: "moves", issuerUrl });
    const moved = await admin("PUT", "/moves/issuer", { issuerUrl: "https://oidc.example.org/after/" });
    expect(moved.body).toMatchObject({ context: "moves", issuerUrl: "https://oidc.example.org/after/" });
    expect((await read("https://oidc.example.org/after/.well-known/openid-configuration")).status).toBe(200);
    const former = await read(`${issuerUrl}/.well-known/openid-configuration`).catch((error: Error) => error);
    expect(former).not.toMatchObject({ status: 200 });
  });

  it("is removed with its kubeconfig and its issuer", async () => {
    const { kubeconfigFile = "" } = await add({ name: "short-lived" });
    const cluster = world.clusters.named("short-lived");
    expect((await admin("DELETE", "/short-lived")).status).toBe(204);
    expect(cluster.stopped).toBe(true);
    expect(existsSync(kubeconfigFile)).toBe(false);
    expect((await admin("DELETE", "/short-lived")).body.error).toContain("No cluster short-lived runs. There are: ");
  });
});

describe("a cluster of Azure", () => {
  it("is listed with its tenant, and neither removed nor given another issuer here", async () => {
    await createCluster(world, "rg-admin", "aks-admin");
    const { body }: { body: Listed[] } = await admin("GET", "");
    expect(body.find(({ context }) => context === "aks-admin")).toEqual({
      context: "aks-admin",
      kind: "aks",
      issuerUrl: world.clusters.named("aks-admin").issuerUrl,
      tenant: "tenantA",
    });
    expect((await admin("DELETE", "/aks-admin")).status).toBe(409);
    expect((await admin("PUT", "/aks-admin/issuer", { issuerUrl: "https://example.com/" })).status).toBe(409);
  });
});

describe("what makes no sense", () => {
  it.each([
    ["a name with capitals", { name: "EKS" }, "lower-case"],
    ["an issuer that is no address", { name: "odd", issuerUrl: "issuer" }, "issuerUrl must be an address"],
    ["a wish that is neither yes nor no", { name: "odd", publish: "yes" }, "publish must be true or false"],
  ])("is refused: %s", async (_what, body, text) => {
    const answer = await admin("POST", "", body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(text);
  });

  it("is refused: a second cluster with an issuer that is taken, and a step that no rotation has", async () => {
    await add({ name: "first", issuerUrl: "https://oidc.example.com/taken" });
    expect((await admin("POST", "", { name: "second", issuerUrl: "https://oidc.example.com/taken" })).status).toBe(409);
    expect((await admin("POST", "/first/signing-keys", { step: "swap" })).status).toBe(400);
  });
});
