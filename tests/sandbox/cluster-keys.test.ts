import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { ClusterHost, type Kubectl, waitFor } from "./support/cluster-client.ts";
import { clusterSpec, isReady, one, pod, scriptImage, tenantA } from "./support/cluster-objects.ts";

// Ends what would never end; no test measures it.
jest.setTimeout(180_000);

const host = new ClusterHost();
const name = "arc-one";
const spec = {
  ...clusterSpec(name, false),
  kind: "arc" as const,
  issuerUrl: `https://eastus.oic.prod-arc.azure.com/${tenantA}/33333333-3333-4333-8333-333333333333/`,
  managedWebhook: { namespace: "arc-workload-identity" },
};
let kubectl: Kubectl;

beforeAll(async () => {
  const shows = `import { readFileSync } from "node:fs";
    let last;
    setInterval(() => {
      const token = readFileSync(process.env.AZURE_FEDERATED_TOKEN_FILE, "utf8");
      if (token !== last) console.log(token);
      last = token;
    }, 50);`;
  await host.start([scriptImage(join(host.stateDir, "images"), "shows", shows)]);
  kubectl = await host.cluster(spec);
  await kubectl.apply(pod("shows", one("shows"), { "azure.workload.identity/use": "true" }));
  await kubectl.until("pod", "shows", isReady);
  await tokens(1);
});
afterAll(() => host.close(), 30_000);

/** The tokens that the pod has seen, oldest first, when there are so many. */
async function tokens(count: number): Promise<string[]> {
  let seen: string[] = [];
  const enough = async () => {
    const { code, stdout } = await kubectl.run(["logs", "shows"]);
    seen = code === 0 ? stdout.split("\n").slice(0, -1) : [];
    return seen.length >= count;
  };
  await waitFor(enough, () => `${count} tokens; there are ${seen.length}`);
  return seen;
}

async function servedKeys(): Promise<string[]> {
  const { keys } = (await host.ask({ ask: "jwks", cluster: name })) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

const keyOf = (token: string | undefined) => decodeProtectedHeader(token ?? "").kid ?? "";
const restarts = async () => (await kubectl.get("pod", "shows")).status.containerStatuses[0].restartCount;

describe("a rotation of the signing key", () => {
  it("begins with a new key beside the old one, and pods get tokens of the new one", async () => {
    const former = keyOf((await tokens(1))[0]);
    expect(await servedKeys()).toEqual([former]);
    await host.ask({ ask: "rotate", cluster: name, step: "add" });
    const [, renewed] = await tokens(2);
    expect(keyOf(renewed)).not.toBe(former);
    expect(new Set(await servedKeys())).toEqual(new Set([former, keyOf(renewed)]));
  });

  it("ends with the new key alone; the pod has run through it, with a token that the served key signed", async () => {
    await host.ask({ ask: "rotate", cluster: name, step: "retire" });
    const latest = (await tokens(3)).at(-1);
    expect(await servedKeys()).toEqual([keyOf(latest)]);
    expect(await restarts()).toBe(0);
  });

  it("does not retire the only key", async () => {
    await expect(host.ask({ ask: "rotate", cluster: name, step: "retire" })).rejects.toThrow("Add a key first");
    expect(await servedKeys()).toHaveLength(1);
  });

  it("leaves a cluster that works: new pods are mutated, run and serve their logs", async () => {
    await kubectl.apply(pod("after", one("shows"), { "azure.workload.identity/use": "true" }));
    await kubectl.until("pod", "after", isReady);
    expect((await host.facts()).log.filter((line) => line.includes("has failed"))).toEqual([]);
  });
});

describe("a change of the issuer", () => {
  it("shows in the discovery document and in the tokens of pods that go on running", async () => {
    const issuerUrl = "https://oidc.example.com/moved/";
    await host.ask({ ask: "setIssuer", cluster: name, issuerUrl });
    expect(await host.ask({ ask: "openid", cluster: name })).toMatchObject({
      issuer: issuerUrl,
      jwks_uri: `${issuerUrl}openid/v1/jwks`,
    });
    expect(decodeJwt((await tokens(4)).at(-1) ?? "").iss).toBe(issuerUrl);
    expect(await restarts()).toBe(0);
  });
});

describe("the managed webhook of Azure Arc", () => {
  it("is registered in its own namespace, behind a Service with a ready endpoint", async () => {
    const configuration = await kubectl.get(
      "mutatingwebhookconfiguration",
      "azure-wi-webhook-mutating-webhook-configuration",
    );
    expect(configuration.metadata.labels).toMatchObject({ "azure-workload-identity.io/system": "true" });
    const { service } = configuration.webhooks[0].clientConfig;
    expect(service).toMatchObject({ namespace: "arc-workload-identity", name: "azure-wi-webhook-webhook-service" });
    const slices = JSON.parse(await kubectl.out("get", "endpointslices", "-n", service.namespace, "-o", "json"));
    expect(slices.items[0].endpoints[0].conditions.ready).toBe(true);
  });

  it("has the disruption budget that stands in the way of a cluster's deletion, and takes it along", async () => {
    expect(await host.ask({ ask: "budgets", cluster: name })).toEqual([
      { namespace: "arc-workload-identity", name: "azure-wi-webhook-controller-manager" },
    ]);
    await host.ask({ ask: "managedWebhook", cluster: name, webhook: undefined });
    expect(await host.ask({ ask: "budgets", cluster: name })).toEqual([]);
    expect((await kubectl.run(["get", "mutatingwebhookconfigurations", "-o", "name"])).stdout).toBe("");
  });
});
