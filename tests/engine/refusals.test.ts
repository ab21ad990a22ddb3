import {
  bothSides,
  clusterSide,
  identity,
  identitySide,
  type StackConfig,
  tenantA,
  tenantB,
  workload,
} from "./support/configs.ts";
import { type CommandResult, Engine, type Project } from "./support/engine.ts";

let engine: Engine;
let project: Project;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ bad: bothSides() });
}, 60_000);

afterAll(() => engine?.stop(), 30_000);

/** Runs `pulumi up` on a config that must be refused. */
async function refused(config: StackConfig, env: Record<string, string> = {}): Promise<CommandResult> {
  project.configure("bad", config);
  const result = await project.pulumiWith(env, "up", "--stack", "bad", "--yes", "--skip-preview");
  expect(result.code).not.toBe(0);
  expect(result.text).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)$/m); // no stack trace
  return result;
}

async function nothingCreated(): Promise<void> {
  expect(await engine.everythingInAzure()).toEqual([]);
  const { resources } = await project.exported("bad");
  expect(resources.filter((resource) => resource.id !== undefined && !resource.type.startsWith("pulumi:"))).toEqual([]);
}

const cases: [string, StackConfig, RegExp[]][] = [
  ["a missing key", bothSides({ tenantA: { ...tenantA, subscriptionId: undefined } }), [/tenantA\.subscriptionId/]],
  ["an unknown key", bothSides({ colour: "blue" }), [/colour/]],
  ["a misspelt key, with the nearest right one", bothSides({ identites: [identity] }), [/identites/, /identities/]],
  [
    "a misspelt nested key, with the nearest right one",
    bothSides({ workloads: [{ ...workload, servceAccount: "x" }] }),
    [/servceAccount/, /serviceAccount/],
  ],
  [
    "an id that is no GUID",
    bothSides({ tenantA: { ...tenantA, tenantId: "contoso" } }),
    [/tenantA\.tenantId/, /contoso/],
  ],
  ["both tenants the same", bothSides({ tenantB: { ...tenantB, tenantId: tenantA.tenantId } }), [/tenantB\.tenantId/]],
  [
    "a workload whose identity does not exist",
    bothSides({ workloads: [{ ...workload, identity: "mi-wi-dmeo" }] }),
    [/workloads\[0\]\.identity/, /mi-wi-dmeo/, /mi-wi-demo/],
  ],
  [
    "a namespace that Kubernetes refuses",
    bothSides({ workloads: [{ ...workload, namespace: "Default" }] }),
    [/namespace/, /Default/],
  ],
  ["a name that Azure refuses", bothSides({ identities: [{ ...identity, name: "-x" }] }), [/identities\[0\]\.name/]],
  ["duplicate workloads", bothSides({ workloads: [workload, workload] }), [/workloads\[1\]/, /wi-demo-app/]],
  [
    "a duplicate issuer and subject",
    bothSides({ identities: [{ ...identity, trusts: [identity.trusts[0], identity.trusts[0]] }] }),
    [/trusts\[1\]/, /system:serviceaccount:default:wi-demo-account/],
  ],
  [
    "a token expiration outside 3600–86400",
    bothSides({ workloads: [{ ...workload, tokenExpirationSeconds: 60 }] }),
    [/tokenExpirationSeconds/, /3600/, /86400/],
  ],
  [
    "an unknown role name, with suggestions",
    bothSides({ identities: [{ ...identity, roles: [{ role: "Raeder", scope: "subscription" }] }] }),
    [/Raeder/, /Reader/],
  ],
  ["an empty stack", {}, [/cluster|identities/]],
];

describe("bad config is refused before anything is created", () => {
  it.each(cases)(
    "%s",
    async (_name, config, texts) => {
      const result = await refused(config);
      for (const text of texts) expect(result.text).toMatch(text);
      await nothingCreated();
    },
    30_000,
  );

  it("reports several mistakes of one file all at once", async () => {
    const result = await refused(
      bothSides({
        tenantA: { ...tenantA, tenantId: "contoso" },
        workloads: [{ ...workload, tokenExpirationSeconds: 60, namespace: "Default" }],
        identites: [],
      }),
    );
    for (const text of [/contoso/, /tokenExpirationSeconds/, /Default/, /identites/]) expect(result.text).toMatch(text);
    await nothingCreated();
  }, 30_000);
});

describe("what only the world outside can tell is refused before anything is created", () => {
  it("a stack of tenant B that does not exist", async () => {
    const result = await refused(clusterSide({ identityStack: "nowhere" }));
    expect(result.text).toContain("nowhere");
    expect(result.text).toContain("pulumi stack init");
    await nothingCreated();
  }, 30_000);

  it("a wrong passphrase", async () => {
    project.configure("bad", bothSides());
    const result = await project.pulumiWith(
      { PULUMI_CONFIG_PASSPHRASE_FILE: "", PULUMI_CONFIG_PASSPHRASE: "wrong" },
      "up",
      "--stack",
      "bad",
      "--yes",
      "--skip-preview",
    );
    expect(result.code).not.toBe(0);
    expect(result.text).toMatch(/incorrect passphrase/);
    await nothingCreated();
  }, 30_000);

  it("no credentials", async () => {
    const result = await refused(bothSides(), { TENANT_B_ARM_CLIENT_ID: "", TENANT_B_ARM_CLIENT_SECRET: "" });
    expect(result.text).toMatch(/az login|Azure CLI/);
    expect(result.text).toContain(tenantB.tenantId);
    await nothingCreated();
  }, 60_000);

  it("a deployer that tenant B does not know: the credential of tenant A", async () => {
    const [deployerA] = engine.sandbox.session.tenants;
    const result = await refused(bothSides(), {
      TENANT_B_ARM_CLIENT_ID: deployerA?.deployer.clientId ?? "",
      TENANT_B_ARM_CLIENT_SECRET: deployerA?.deployer.clientSecret ?? "",
    });
    expect(result.text).toContain("AADSTS700016");
    await nothingCreated();
  }, 60_000);

  it("a token of the wrong tenant: a subscription that belongs to the other one", async () => {
    const swapped = { ...tenantB, subscriptionId: tenantA.subscriptionId };
    const result = await refused(identitySide({ tenantB: swapped, clusterStack: undefined, cluster: issuerOfNobody }));
    expect(result.text).toMatch(/InvalidAuthenticationTokenTenant/);
    expect(result.text).toContain(tenantB.tenantId);
    await nothingCreated();
  }, 60_000);
});

const issuerOfNobody = { oidcIssuerUrl: "https://eastus.oic.prod-aks.azure.com/none/none/" };
