import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { loadClient } from "../../cluster-probe/client-node";
import { openCluster } from "../../cluster-probe/open-cluster";
import { discoveryPath, FakeApiServer, keysPath, registration, registrationsPath } from "./fake-api-server";

let api: FakeApiServer;
let folder: string;

beforeAll(async () => {
  api = await FakeApiServer.start();
  folder = mkdtempSync(join(tmpdir(), "cluster-probe-"));
  // The client is large, and its loading no part of a test.
  await loadClient();
}, 60_000);

beforeEach(() => {
  api.answers = { "/version": {} };
  api.seen = [];
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await api.stop();
});

const kubeconfig: FakeApiServer["kubeconfig"] = (...args) => api.kubeconfig(...args);

const open = (yaml = kubeconfig()) => openCluster(yaml, "cluster k3s (cluster.kubeconfig)");

async function failure(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.catch((thrown: unknown) => thrown);
  if (error instanceof RunError) return error.message;
  throw error instanceof Error ? error : new Error("It did not fail with a RunError.");
}

/** A sign-in program as a kubeconfig names it. */
function program(name: string, script: string) {
  const command = join(folder, name);
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o700);
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", command, args: ["get-token"] } };
}

function restore(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

describe("signing in", () => {
  it("sends the kubeconfig's token", async () => {
    await open();
    expect(api.seen).toEqual([{ path: "/version", authorization: "Bearer secret" }]);
  });

  it("runs the kubeconfig's program, once, and tells it the API version", async () => {
    const user = program(
      "login",
      `echo "$KUBERNETES_EXEC_INFO" >> ${folder}/info\necho '{"kind":"ExecCredential","status":{"token":"of-program"}}'`,
    );
    const probe = await open(kubeconfig(user));
    await probe.reportedIssuer();
    expect(new Set(api.seen.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer of-program"]));
    const runs = readFileSync(join(folder, "info"), "utf8").trim().split("\n");
    expect(runs).toHaveLength(1);
    expect(JSON.parse(runs[0] ?? "")).toMatchObject({ apiVersion: "client.authentication.k8s.io/v1" });
  });

  it("a program that is not there is named, with how to get it", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command: "gke-gcloud-auth-plugin" };
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      const text = await failure(open(kubeconfig({ exec })));
      expect(text).toMatch(/signs in with the program gke-gcloud-auth-plugin, which is not installed here/);
      expect(text).toContain("gcloud components install gke-gcloud-auth-plugin");
    } finally {
      process.env.PATH = path;
    }
  });

  it("a program that fails is quoted", async () => {
    const text = await failure(open(kubeconfig(program("fails", "echo 'token expired, run login' >&2; exit 1"))));
    expect(text).toMatch(/The program \S+fails[\s\S]*token expired, run login/);
  });

  it("reads a token file anew", async () => {
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "of-file\n");
    await open(kubeconfig({ tokenFile }));
    expect(api.seen[0]?.authorization).toBe("Bearer of-file");
  });

  it("credentials that the cluster does not know are told from a cluster that is away", async () => {
    api.answers["/version"] = { status: 401 };
    expect(await failure(open())).toMatch(/refuses the kubeconfig's credentials/);
  });

  it("an address where nobody listens: the address, the reason, what to do", async () => {
    const text = await failure(open(kubeconfig({}, "https://127.0.0.1:1")));
    expect(text).toMatch(
      /API server of cluster k3s \(cluster\.kubeconfig\) cannot be reached[\s\S]*https:\/\/127\.0\.0\.1:1[\s\S]*ECONNREFUSED[\s\S]*to do:/,
    );
  });

  it("goes through the proxy of the environment, as kubectl does", async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on("connect", ({ url = "" }, socket) => {
      asked.push(url);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, "127.0.0.1", resolve);
    });
    const { HTTPS_PROXY, NO_PROXY } = process.env;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.NO_PROXY = "";
    try {
      expect(await failure(open(kubeconfig({}, "https://api.example.com:6443")))).toContain("cannot be reached");
      expect(asked).toEqual(["api.example.com:6443"]);
    } finally {
      restore({ HTTPS_PROXY, NO_PROXY });
      proxy.close();
    }
  });

  it("a server that answers no TLS is a reason too", async () => {
    expect(await failure(open(kubeconfig({}, api.address.replace("http:", "https:"))))).toContain("cannot be reached");
  });
});

describe("what the cluster says", () => {
  it("its issuer, from the discovery document", async () => {
    api.answers[discoveryPath] = { body: { issuer: "https://issuer.example.com" } };
    expect(await (await open()).reportedIssuer()).toBe("https://issuer.example.com");
  });

  it("its issuer, from a token, where the document is not to be read", async () => {
    const claims = Buffer.from(JSON.stringify({ iss: "https://issuer.example.com/" })).toString("base64url");
    api.answers[discoveryPath] = { status: 403 };
    api.answers["POST /api/v1/namespaces/default/serviceaccounts/default/token"] = {
      status: 201,
      body: { status: { token: `e30.${claims}.sig` } },
    };
    expect(await (await open()).reportedIssuer()).toBe("https://issuer.example.com/");
  });

  it("no issuer where neither is allowed", async () => {
    expect(await (await open()).reportedIssuer()).toBeUndefined();
  });

  it("its keys; without the right to read them, which right it is", async () => {
    const probe = await open();
    api.answers[keysPath] = { body: { keys: [{ kty: "RSA", kid: "1", alg: "RS256", n: "n", e: "AQAB" }] } };
    expect((await probe.keys()).keys).toHaveLength(1);
    api.answers[keysPath] = { status: 403 };
    expect(await failure(probe.keys())).toContain("system:service-account-issuer-discovery");
  });

  it("a namespace, where there is one; without the right to read it, which right it is", async () => {
    const probe = await open();
    const path = "/api/v1/namespaces/kube-system";
    expect(await probe.namespace("kube-system")).toBeUndefined();
    api.answers[path] = { body: { metadata: { name: "kube-system", uid: "1" }, status: { phase: "Active" } } };
    expect(await probe.namespace("kube-system")).toEqual({ uid: "1", labels: {}, managers: [], terminating: false });
    api.answers[path] = {
      body: {
        metadata: { uid: "1", labels: { a: "b" }, managedFields: [{ manager: "kubectl-create" }] },
        status: { phase: "Terminating" },
      },
    };
    expect(await probe.namespace("kube-system")).toEqual({
      uid: "1",
      labels: { a: "b" },
      managers: ["kubectl-create"],
      terminating: true,
    });
    api.answers[path] = { status: 403 };
    expect(await failure(probe.namespace("kube-system"))).toContain("may not get namespace kube-system");
  });
});

describe("its workload identity webhooks", () => {
  const slices = "/apis/discovery.k8s.io/v1/namespaces/wi/endpointslices";
  const service = { service: { name: "svc", namespace: "wi" }, caBundle: "Q0E=" };
  const health = async () => (await (await open()).workloadIdentityWebhooks()).map(({ healthy }) => healthy);

  it("are told from other webhooks, with who manages them", async () => {
    const foreign = { metadata: { name: "other" }, webhooks: [{ name: "a.example.com", clientConfig: {} }] };
    const labels = { "app.kubernetes.io/managed-by": "pulumi", "cross-tenant-identity/stack": "org.project.dev" };
    api.answers[registrationsPath] = {
      body: { items: [foreign, registration({ url: "https://127.0.0.1:9443" }, labels)] },
    };
    expect(await (await open()).workloadIdentityWebhooks()).toEqual([
      {
        configuration: "azure-wi",
        namespace: undefined,
        managedBy: "pulumi",
        stack: "org.project.dev",
        healthy: undefined,
      },
    ]);
  });

  it("are healthy with a ready endpoint", async () => {
    api.answers[registrationsPath] = { body: { items: [registration(service)] } };
    api.answers[slices] = { body: { items: [{ endpoints: [{ conditions: { ready: false } }, { conditions: {} }] }] } };
    expect(await health()).toEqual([true]);
  });

  it("are not without one, nor without an authority", async () => {
    api.answers[registrationsPath] = {
      body: { items: [registration(service), registration({ ...service, caBundle: "" })] },
    };
    api.answers[slices] = { body: { items: [{ endpoints: [{ conditions: { ready: false } }] }] } };
    expect(await health()).toEqual([false, false]);
  });

  it("may be either where endpoints are not to be read", async () => {
    api.answers[registrationsPath] = { body: { items: [registration(service)] } };
    api.answers[slices] = { status: 403 };
    expect(await health()).toEqual([undefined]);
  });
});
