import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ClusterHost, type Kubectl, waitFor } from "./support/cluster-client.ts";
import { clusterSpec, isReady, one, pod, scriptImage, tenantB } from "./support/cluster-objects.ts";

// Ends what would never end; no test measures it.
jest.setTimeout(120_000);

const clientId = "cccccccc-0000-4000-8000-00000000000c";
const spec = clusterSpec("aks-one", true);
const host = new ClusterHost();
let kubectl: Kubectl;

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

beforeAll(async () => {
  const images = join(host.stateDir, "images");
  await host.start([
    scriptImage(
      images,
      "shows",
      `import { readFileSync, statSync } from "node:fs";
       const file = process.env.AZURE_FEDERATED_TOKEN_FILE;
       const token = file ? readFileSync(file, "utf8") : undefined;
       const mode = file ? (statSync(file).mode & 0o777).toString(8) : undefined;
       console.log(JSON.stringify({ env: process.env, args: process.argv.slice(2), token, mode }));
       setInterval(() => undefined, 1000);`,
    ),
    scriptImage(images, "succeeds", `console.log("done");`),
  ]);
  kubectl = await host.cluster(spec);
});
afterAll(() => host.close(), 30_000);

describe("a cluster", () => {
  it("serves the discovery document and the keys of its own issuer", async () => {
    expect(await host.ask({ ask: "openid", cluster: "aks-one" })).toMatchObject({
      issuer: spec.issuerUrl,
      jwks_uri: `${spec.issuerUrl}openid/v1/jwks`,
      id_token_signing_alg_values_supported: ["RS256"],
    });
    expect(await host.ask({ ask: "jwks", cluster: "aks-one" })).toMatchObject({ keys: [{ kty: "RSA", alg: "RS256" }] });
  });

  it("runs the version that the sandbox says it runs", async () => {
    const { serverVersion } = JSON.parse(await kubectl.out("version", "-o", "json"));
    expect(`v${await host.ask({ ask: "version" })}`).toBe(serverVersion.gitVersion);
  });

  it("has a ready node, its default service account, and no namespaces but its own", async () => {
    expect(isReady(await kubectl.get("node", "sandbox-node-0"))).toBe(true);
    await kubectl.get("serviceaccount", "default");
    const namespaces = (await kubectl.out("get", "namespaces", "-o", "name")).trim().split("\n");
    expect(namespaces).toEqual(
      ["default", "kube-node-lease", "kube-public", "kube-system"].map((name) => `namespace/${name}`),
    );
  });

  it("gives the node the rights of a node, and the webhook those of its Helm chart", async () => {
    const can = async (user: string, groups: string[], ...what: string[]) => {
      const as = [`--as=${user}`, ...groups.map((group) => `--as-group=${group}`)];
      return (await kubectl.run(["auth", "can-i", ...what, ...as])).stdout.trim();
    };
    const nodes = ["system:nodes", "system:authenticated"];
    expect(await can("system:node:sandbox-node-0", nodes, "create", "deployments")).toMatch(/^no\b/);
    expect(await can("system:node:sandbox-node-0", nodes, "list", "secrets", "--all-namespaces")).toMatch(/^no\b/);
    const webhook = "system:serviceaccount:kube-system:azure-wi-webhook-admin";
    expect(await can(webhook, [], "list", "serviceaccounts", "--all-namespaces")).toBe("yes");
    expect(await can(webhook, [], "list", "pods", "--all-namespaces")).toMatch(/^no\b/);
    expect(await can(webhook, [], "get", "secrets", "--namespace=default")).toMatch(/^no\b/);
  });
});

describe("a labelled pod of an annotated service account", () => {
  let shown: { env: Record<string, string>; args: string[]; token: string; mode: string };

  beforeAll(async () => {
    await kubectl.apply(
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          name: "wi-demo-account",
          annotations: { "azure.workload.identity/client-id": clientId, "azure.workload.identity/tenant-id": tenantB },
        },
      },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { region: "eastus" } },
      { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { key: "s3cret" } },
    );
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    const container = {
      name: "app",
      image: "example.com/team/shows:1",
      args: ["--pod=$(POD)"],
      env: [
        field("POD", "metadata.name"),
        field("UID", "metadata.uid"),
        { name: "REGION", valueFrom: { configMapKeyRef: { name: "settings", key: "region" } } },
      ],
      envFrom: [{ prefix: "SECRET_", secretRef: { name: "keys" } }],
    };
    await kubectl.apply(
      pod(
        "identified",
        {
          serviceAccountName: "wi-demo-account",
          initContainers: [{ name: "first", image: "succeeds" }],
          containers: [container],
        },
        { "azure.workload.identity/use": "true" },
      ),
    );
    await kubectl.until("pod", "identified", isReady);
    let text = "";
    const isWhole = async () => {
      text = await kubectl.out("logs", "identified", "-c", "app");
      return text.endsWith("\n");
    };
    await waitFor(isWhole, () => "the container's output");
    shown = JSON.parse(text);
  });

  it("gets what the webhook injects, with the tenant and the client of the annotations", () => {
    expect(shown.env).toMatchObject({
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: tenantB,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
      AZURE_FEDERATED_TOKEN_FILE: expect.stringContaining(`${host.stateDir}/clusters/`),
    });
  });

  it("reads a token of the cluster's issuer for its subject and the exchange's audience, which only it may read", () => {
    const claims = claimsOf(shown.token);
    expect(claims).toMatchObject({
      iss: spec.issuerUrl,
      sub: "system:serviceaccount:default:wi-demo-account",
      aud: ["api://AzureADTokenExchange"],
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
    expect(shown.mode).toBe("600");
  });

  it("has the environment that its spec and the node give, and nothing of this machine's", () => {
    const { env, args } = shown;
    expect(args).toEqual(["--pod=identified"]);
    expect(env).toMatchObject({ POD: "identified", REGION: "eastus", SECRET_key: "s3cret", FROM_THE_SANDBOX: "yes" });
    expect(env.UID).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(env).filter((name) => /^(npm|NODE|JEST|USER|SSH)/.test(name))).toEqual([]);
  });

  it("ran its init container first", async () => {
    const { status } = await kubectl.get("pod", "identified");
    expect(status.initContainerStatuses[0].state.terminated).toMatchObject({ exitCode: 0, reason: "Completed" });
    expect(await kubectl.out("logs", "identified", "-c", "first")).toBe("done\n");
  });
});

describe("workload identity", () => {
  const labelled = (name: string) =>
    pod(name, { serviceAccountName: "wi-demo-account", ...one("shows") }, { "azure.workload.identity/use": "true" });
  const names = (object: { spec: { containers: { env?: { name: string }[] }[] } }) =>
    (object.spec.containers[0]?.env ?? []).map(({ name }) => name);

  it("can be turned off, and on again", async () => {
    await host.ask({ ask: "managedWebhook", cluster: "aks-one", webhook: undefined });
    await kubectl.apply(labelled("without"));
    expect(names(await kubectl.get("pod", "without"))).toEqual([]);
    expect((await kubectl.run(["get", "mutatingwebhookconfigurations", "-o", "name"])).stdout).toBe("");
    await host.ask({ ask: "managedWebhook", cluster: "aks-one", webhook: { namespace: "kube-system" } });
    await kubectl.apply(labelled("with"));
    expect(names(await kubectl.get("pod", "with"))).toContain("AZURE_CLIENT_ID");
  });

  it("leaves pods of kube-system alone, as AKS does", async () => {
    const account = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "wi-demo-account", namespace: "kube-system" },
    };
    await kubectl.apply(account, {
      ...labelled("system"),
      metadata: { ...labelled("system").metadata, namespace: "kube-system" },
    });
    expect(names(JSON.parse(await kubectl.out("get", "pod", "system", "-n", "kube-system", "-o", "json")))).toEqual([]);
  });
});

describe("several clusters", () => {
  it("run side by side with keys of their own, and end one by one without a trace", async () => {
    const second = { ...spec, name: "aks-two", issuerUrl: spec.issuerUrl.replace("1111-1111", "2222-2222") };
    const other = await host.cluster(second);
    expect(await host.ask({ ask: "openid", cluster: "aks-two" })).toMatchObject({ issuer: second.issuerUrl });
    expect(await host.ask({ ask: "jwks", cluster: "aks-two" })).not.toEqual(
      await host.ask({ ask: "jwks", cluster: "aks-one" }),
    );
    expect((await host.facts()).contexts.at(-1)).toEqual(["aks-one", "aks-two"]);

    await host.ask({ ask: "stop", cluster: "aks-two" });
    expect(readdirSync(join(host.stateDir, "clusters"))).toEqual(["1"]);
    expect((await host.facts()).contexts.at(-1)).toEqual(["aks-one"]);
    expect((await other.run(["get", "nodes"])).code).not.toBe(0);
    expect(isReady(await kubectl.get("node", "sandbox-node-0"))).toBe(true);
  });

  it("say what happened when a part of one dies, with the end of its log", async () => {
    const third = clusterSpec("aks-three", false);
    await host.cluster(third);
    process.kill((await host.facts()).pids["kube-controller-manager"] ?? 0, "SIGKILL");
    let told: string | undefined;
    const isTold = async () => {
      told = (await host.facts()).log.find((line) => line.startsWith("[aks-three]") && line.includes("has failed"));
      return told !== undefined;
    };
    await waitFor(isTold, () => "the news that aks-three has failed");
    expect(told).toMatch(
      /kube-controller-manager .* was ended by SIGKILL\. The end of its log, .*\n[\s\S]*Delete the cluster and create it again/,
    );
    await expect(host.ask({ ask: "jwks", cluster: "aks-three" })).rejects.toThrow("has failed");
    await host.ask({ ask: "stop", cluster: "aks-three" });
  });
});
