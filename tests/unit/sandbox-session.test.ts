import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { sandboxEnvironment, shellExports } from "../../sandbox/session/environment.ts";
import { mergeKubeconfigs } from "../../sandbox/session/kubeconfig.ts";
import type { SandboxSession } from "../../sandbox/session/session.ts";
import { describeTrustChain } from "../../sandbox/start/trust-chain.ts";
import { defaultTopology, topologyOfProject } from "../../sandbox/topology.ts";

const session: SandboxSession = {
  version: 1,
  process: { pid: 1, started: "1" },
  stateDir: "/state",
  startedAt: "2026-01-01T00:00:00.000Z",
  caFile: "/state/ca.pem",
  caBundleFile: "/state/ca-bundle.pem",
  proxy: "http://127.0.0.1:1",
  cloud: "https://127.0.0.1:2",
  adminKeyFile: "/state/admin-key",
  tenants: defaultTopology().tenants.map((tenant) => ({
    ...tenant,
    deployer: { clientId: `client-${tenant.key}`, clientSecret: "it's secret", objectId: "o" },
  })),
  kubeconfig: "/state/kubeconfig",
  pulumi: { home: "/state/home", backendUrl: "file:///state/pulumi", passphraseFile: "/state/passphrase" },
  requestLog: "/state/requests.jsonl",
  binDir: "/state/bin",
};

describe("the sandbox's environment", () => {
  it("puts the sandbox's tools first on PATH", () => {
    expect(sandboxEnvironment(session, "/usr/bin").PATH).toMatch(/^\/state\/bin:.*node_modules\/\.bin:\/usr\/bin$/);
  });

  it("gives each tenant's deployer under that tenant's prefix", () => {
    const environment = sandboxEnvironment(session);
    expect(environment.TENANT_A_ARM_CLIENT_ID).toBe("client-tenantA");
    expect(environment.TENANT_B_ARM_CLIENT_ID).toBe("client-tenantB");
  });

  it("sets no lower-case proxy variable, which gRPC would follow", () => {
    expect(Object.keys(sandboxEnvironment(session)).filter((name) => /^https?_proxy$/.test(name))).toEqual([]);
  });

  it("survives a shell, whatever characters it holds", () => {
    const script = `${shellExports({ VALUE: 'it\'s $HOME "quoted" `x`' })}\nprintf %s "$VALUE"`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe('it\'s $HOME "quoted" `x`');
  });
});

describe("the merged kubeconfig", () => {
  const of = (name: string) =>
    `apiVersion: v1\nkind: Config\nclusters: [{name: ${name}}]\ncontexts: [{name: ${name}}]\nusers: [{name: ${name}}]\ncurrent-context: ${name}\n`;

  it("holds every cluster and makes the newest the current one", () => {
    const merged = parse(
      mergeKubeconfigs(
        new Map([
          ["a", of("a")],
          ["b", of("b")],
        ]),
      ),
    );
    expect(merged).toMatchObject({ contexts: [{ name: "a" }, { name: "b" }], "current-context": "b" });
  });

  it("is valid while there is no cluster", () => {
    expect(parse(mergeKubeconfigs(new Map()))).toMatchObject({ kind: "Config", clusters: [], "current-context": "" });
  });
});

describe("the topology of a project", () => {
  it("follows the ids that its stack files name, so that a user's config can be rehearsed", () => {
    const folder = mkdtempSync(join(tmpdir(), "topology-"));
    writeFileSync(
      join(folder, "Pulumi.tenantB.yaml"),
      "config:\n  cross-tenant-identity:tenantB:\n    tenantId: 11111111-2222-4333-8444-555555555555\n",
    );
    const [tenantA, tenantB] = topologyOfProject(folder).tenants;
    rmSync(folder, { recursive: true });
    expect(tenantA).toEqual(defaultTopology().tenants[0]);
    expect(tenantB).toMatchObject({
      tenantId: "11111111-2222-4333-8444-555555555555",
      subscriptionId: defaultTopology().tenants[1]?.subscriptionId,
    });
  });
});

describe("the topology of a project in another cloud of Azure", () => {
  it("follows the cloud and the region that its stack files name", () => {
    const folder = mkdtempSync(join(tmpdir(), "topology-"));
    writeFileSync(
      join(folder, "Pulumi.both.yaml"),
      "config:\n  cross-tenant-identity:tenantB:\n    environment: china\n    location: chinaeast2\n",
    );
    const [, tenantB] = topologyOfProject(folder).tenants;
    rmSync(folder, { recursive: true });
    expect(tenantB).toMatchObject({ environment: "china", location: "chinaeast2" });
    expect(defaultTopology("usgovernment").tenants).toMatchObject([
      { environment: "usgovernment", location: "usgovvirginia" },
      { environment: "usgovernment", location: "usgovvirginia" },
    ]);
  });
});

describe("the summary of the chain of trust", () => {
  it("names every link from issuer to result", () => {
    const trust = { issuer: "https://issuer/", subject: "system:serviceaccount:default:sa", audience: "api://x" };
    const identity = {
      clientId: "c",
      tenantId: "t",
      subscriptionId: "s",
      trusts: [trust],
      roles: [{ role: "Reader", scope: "/s" }],
    };
    const lines = describeTrustChain(
      { serviceAccounts: [{ namespace: "default", name: "sa", workload: "app" }] },
      { identities: { mi: identity } },
      "read",
    );
    expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual([
      "issuer",
      "subject",
      "workload",
      "audience",
      "identity",
      "role",
      "result",
    ]);
    expect(lines[2]).toContain("app");
  });
});
