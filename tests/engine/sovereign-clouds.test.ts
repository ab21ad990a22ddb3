import { namesOf } from "../../sandbox/tenants/azure-clouds.ts";
import { defaultTopology } from "../../sandbox/topology.ts";
import { bothSides, type StackConfig, tenantA, tenantB, workload } from "./support/configs.ts";
import { Engine, type Project, type StateResource } from "./support/engine.ts";

type SovereignCloud = "usgovernment" | "china";

/** What one life of a stack showed; each test below looks at one side of it. */
interface Observed {
  outputs: Record<string, unknown>;
  resources: StateResource[];
  env: Record<string, string | undefined>;
  audiences: string[];
  log: string;
  hosts: Set<string>;
  left: string[];
}

interface Pod {
  spec: {
    containers: { env: { name: string; value?: string }[] }[];
    volumes: { projected?: { sources: { serviceAccountToken?: { audience: string } }[] } }[];
  };
}

const clouds = [
  {
    environment: "usgovernment",
    region: "usgovvirginia",
    issuer: "https://usgovvirginia.oic.prod-aks.azure.us/",
    authority: "https://login.microsoftonline.us/",
    name: "AzureUSGovernmentCloud",
  },
  {
    environment: "china",
    region: "chinanorth3",
    issuer: "https://chinanorth3.oic.prod-aks.azure.cn/",
    authority: "https://login.chinacloudapi.cn/",
    name: "AzureChinaCloud",
  },
] as const;

/** Both sides in one stack, in a cloud and its region; `told` is the cloud that the config names. */
function stackIn(environment: SovereignCloud, region: string, told: string = environment): StackConfig {
  return bothSides({
    tenantA: { ...tenantA, location: region, environment: told },
    tenantB: { ...tenantB, location: region, environment: told },
    workloads: [{ ...workload, env: { ...workload.env, AZURE_REGION: region } }],
  });
}

describe.each(clouds)("a stack in $environment", ({ environment, region, issuer, authority, name }) => {
  let engine: Engine;
  let observed: Observed;

  beforeAll(async () => {
    engine = await Engine.start(defaultTopology(environment));
    observed = await wholeLife(engine, await engine.project({ both: stackIn(environment, region) }));
  }, 300_000);

  afterAll(() => engine?.stop(), 30_000);

  it("lets its workload read tenant B's quota, and a second preview is empty", () => {
    expect(observed.log).toContain(
      `/subscriptions/${tenantB.subscriptionId}/providers/Microsoft.Compute/locations/${region}`,
    );
    expect(observed.log).toContain("usage: ");
  });

  it("has an issuer of that cloud, which tenant B trusts with the audience of every cloud", () => {
    const issuerUrl = String(observed.outputs.oidcIssuerUrl);
    expect(issuerUrl.startsWith(`${issuer}${tenantA.tenantId}/`)).toBe(true);
    const credential = observed.resources.find(({ type }) => type.endsWith(":FederatedIdentityCredential"));
    expect(credential?.inputs).toMatchObject({ issuer: issuerUrl, audiences: ["api://AzureADTokenExchange"] });
    expect(observed.audiences).toContain("api://AzureADTokenExchange");
  });

  it("gives the pod the authority of that cloud", () => {
    expect(observed.env).toMatchObject({ AZURE_AUTHORITY_HOST: authority, AZURE_TENANT_ID: tenantB.tenantId });
  });

  it("registers resource providers at the Resource Manager of that cloud", () => {
    const registration = observed.resources.find(({ type }) => type.endsWith(":ResourceProviderRegistration"));
    expect(registration?.outputs.endpoint).toBe(`https://${namesOf(environment).resourceManager}`);
  });

  it("asks nothing of any other cloud, and destroy leaves nothing", () => {
    const { login, resourceManager, domain } = namesOf(environment);
    const others = [...observed.hosts].filter(
      (host) => ![...login, resourceManager].includes(host) && !host.endsWith(domain) && !/^127\.0\.0\.1/.test(host),
    );
    expect(others).toEqual([]);
    expect(observed.hosts).toContain(resourceManager);
    expect(observed.left).toEqual([]);
  });

  it("whose config names the public cloud is refused with the key to set, and nothing is deployed", async () => {
    const project = await engine.project({ wrong: stackIn(environment, "eastus", "public") });
    const { code, text } = await project.pulumi("up", "--stack", "wrong", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(text).toMatch(/Cannot sign in to tenant[AB], tenant \S+\. Nothing in Azure or Kubernetes was changed\./);
    expect(text).toContain("to do:");
    expect(text).toMatch(new RegExp(`pulumi config set --path tenant[AB]\\.environment ${environment}`));
    expect(text).not.toMatch(/\n\s+at .*\.ts:/);
    expect(await engine.everythingInAzure()).toEqual([]);
  }, 120_000);

  it(`the webhook that a stack installs is told ${name}`, async () => {
    const { context, kubeconfigFile, issuerUrl } = await engine.admin<{
      context: string;
      kubeconfigFile: string;
      issuerUrl: string;
    }>("POST", "/sandbox/clusters", { name: "elsewhere" });
    const cluster = {
      kind: "kubernetes",
      name: "elsewhere",
      kubeconfig: { path: kubeconfigFile, context },
      oidcIssuerUrl: issuerUrl,
    };
    const project = await engine.project({ plain: { ...stackIn(environment, region), cluster } });
    await project.up("plain");
    const { resources } = await project.exported("plain");
    const settings = JSON.stringify(resources.filter(({ type }) => /:ConfigMap$|:Deployment$/.test(type)));
    expect(settings).toContain(name);
    const kubectl = ["--kubeconfig", kubeconfigFile, "--context", context];
    const { stdout } = await engine.kubectl("get", "pods", ...kubectl, "--namespace", "default", "--output", "json");
    const [pod] = (JSON.parse(stdout) as { items: Pod[] }).items;
    expect(environmentOf(pod)).toMatchObject({ AZURE_AUTHORITY_HOST: authority });
    const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "), {
      kubeconfig: kubeconfigFile,
    });
    expect(log).toContain("limit: ");
    await project.destroy("plain");
    expect(await engine.everythingInAzure()).toEqual([]);
  }, 180_000);
});

async function wholeLife(engine: Engine, project: Project): Promise<Observed> {
  await project.up("both");
  const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  const [pod] = await engine.kubernetesObjects<Pod>("pods", "--selector", "azure.workload.identity/use=true");
  const [outputs, { resources }] = await Promise.all([project.outputs("both"), project.exported("both")]);
  await project.expectNoChanges("both");
  await project.destroy("both");
  const { requests } = await engine.admin<{ requests: { host: string }[] }>("GET", "/sandbox/requests");
  return {
    outputs,
    resources,
    env: environmentOf(pod),
    audiences: (pod?.spec.volumes ?? [])
      .flatMap((volume) => volume.projected?.sources ?? [])
      .flatMap((source) => source.serviceAccountToken?.audience ?? []),
    log,
    hosts: new Set(requests.map(({ host }) => host.replace(/:\d+$/, ""))),
    left: await engine.everythingInAzure(),
  };
}

function environmentOf(pod: Pod | undefined): Record<string, string | undefined> {
  return Object.fromEntries((pod?.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
}
