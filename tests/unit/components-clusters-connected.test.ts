import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type ArcEnabledExpectation, checkArcEnabled } from "../../components/clusters/arc-enabled";
import { makeConnected } from "../../components/clusters/connected";
import { tenantId } from "../../federation/ids";
import { arcIssuer, clusterConfig, runArc } from "./arc-mocks";
import { tenantA, workload } from "./config-fixtures";

const probe = { reportedIssuer: jest.fn(), workloadIdentityWebhooks: jest.fn() };
jest.mock("../../cluster-probe/open-cluster", () => ({ openCluster: jest.fn(async () => probe) }));

const id = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-edge/providers/Microsoft.Kubernetes/connectedClusters/edge`;
const answer = {
  id,
  identity: { type: "SystemAssigned", tenantId: tenantA.tenantId },
  properties: {
    connectivityStatus: "Connected",
    oidcIssuerProfile: { enabled: true, issuerUrl: arcIssuer },
    securityProfile: { workloadIdentity: { enabled: true } },
  },
};
const expected: ArcEnabledExpectation = {
  name: "edge",
  resourceGroup: "rg-edge",
  tenantId: tenantId(tenantA.tenantId),
  runsWorkloads: true,
};

const withProperties = (properties: object) => ({ ...answer, properties: { ...answer.properties, ...properties } });

function refusal(changed: unknown, expectation = expected): string {
  try {
    checkArcEnabled(changed, expectation);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("it was accepted");
}

describe("what Azure says about an Arc-enabled cluster", () => {
  it("is enough when issuer and workload identity are on, in tenant A", () => {
    expect(checkArcEnabled(answer, expected)).toEqual({ id, issuer: arcIssuer, warnings: [] });
  });

  it("has the words to switch the features on where they are off", () => {
    const off = withProperties({ oidcIssuerProfile: { enabled: false }, securityProfile: null });
    expect(
      refusal(off),
    ).toBe(`Arc-enabled cluster edge in resource group rg-edge has the OIDC issuer (oidcIssuerProfile.enabled) and workload identity (securityProfile.workloadIdentity.enabled) switched off. Nothing in Azure or Kubernetes was changed.
  where:  ${id}
  to do:  az connectedk8s update -n edge -g rg-edge --enable-oidc-issuer --enable-workload-identity
  then:   set --service-account-issuer of its API server to the issuer that this shows, where Arc does not manage the API server:
          az connectedk8s show -n edge -g rg-edge --query oidcIssuerProfile.issuerUrl -o tsv`);
  });

  it("is refused with the place where it has another form than the specification's", () => {
    expect(
      refusal({ ...answer, properties: { ...answer.properties, oidcIssuerProfile: "on" } }),
    ).toBe(`What Azure says about cluster edge in resource group rg-edge has not the form of an Arc-enabled cluster. Nothing in Azure or Kubernetes was changed.
  where:  properties.oidcIssuerProfile (Invalid input: expected object, received string)
  look:   az connectedk8s show -n edge -g rg-edge
  to do:  compare it with the Azure REST API, connectedClusters of 2026-05-01: another version may have come`);
  });

  it("needs workload identity for workloads only", () => {
    const off = withProperties({ securityProfile: { workloadIdentity: { enabled: false } } });
    expect(refusal(off)).toContain("has workload identity (securityProfile.workloadIdentity.enabled) switched off.");
    expect(checkArcEnabled(off, { ...expected, runsWorkloads: false }).issuer).toBe(arcIssuer);
  });

  it("cannot be mended on AKS Arc, which knows the features at creation only", () => {
    const off = { ...withProperties({ oidcIssuerProfile: { enabled: false } }), kind: "ProvisionedCluster" };
    expect(
      refusal(off),
    ).toBe(`AKS Arc cluster edge in resource group rg-edge was made without the OIDC issuer (oidcIssuerProfile.enabled), and these cannot be switched on later. Nothing in Azure or Kubernetes was changed.
  where:  ${id}
  to do:  make a new cluster with both: kind aksArc does, or az aksarc create … --enable-oidc-issuer --enable-workload-identity`);
  });

  it("is refused while the issuer is empty, with the agents as the cause where they are away", () => {
    const empty = { oidcIssuerProfile: { enabled: true, issuerUrl: "" } };
    expect(
      refusal(withProperties(empty)),
    ).toBe(`Arc-enabled cluster edge in resource group rg-edge has its OIDC issuer on, but Azure shows no issuer URL. Nothing in Azure or Kubernetes was changed.
  where:  oidcIssuerProfile.issuerUrl is empty
  to do:  wait some minutes for the agents, and look: az connectedk8s show -n edge -g rg-edge --query "{agents:arcAgentProfile, issuer:oidcIssuerProfile}"`);
    expect(
      refusal(withProperties({ ...empty, connectivityStatus: "Offline", lastConnectivityTime: "2026-11-01" })),
    ).toContain("  cause:  The Arc agents of cluster edge are offline since 2026-11-01.");
  });

  it.each([
    ["Offline", "The Arc agents of cluster edge are offline."],
    ["Expired", "The certificate of the Arc agents of cluster edge has expired; they have been away for too long."],
  ])("warns of agents that are %s, because new signing keys could not be published", (connectivityStatus, text) => {
    const { warnings } = checkArcEnabled(withProperties({ connectivityStatus }), expected);
    expect(warnings).toEqual([
      `${text} The issuer stays valid, but Azure cannot publish new signing keys until they are back, and tokens of a new key would be refused. Look with: az connectedk8s show -n edge -g rg-edge --query connectivityStatus`,
    ]);
  });

  it("is refused when the agents or the issuer are another tenant's", () => {
    const other = "cccccccc-0000-4000-8000-00000000000c";
    expect(
      refusal({ ...answer, identity: { tenantId: other } }),
    ).toBe(`The Arc agents of cluster edge in resource group rg-edge sign in to another tenant than tenant A. Nothing in Azure or Kubernetes was changed.
  tenant A:   ${tenantA.tenantId} (tenantA.tenantId)
  cluster's:  ${other} (identity.tenantId)
  to do:      name a cluster of tenant A; one that moved with its subscription has to be connected anew: az connectedk8s delete, then connect`);
    const issuerUrl = `https://northamerica.oic.prod-arc.azure.com/${other}/dddddddd-0000-4000-8000-00000000000d/`;
    expect(
      refusal(withProperties({ oidcIssuerProfile: { enabled: true, issuerUrl } })),
    ).toBe(`The issuer of Arc-enabled cluster edge in resource group rg-edge belongs to another tenant than tenant A. Nothing in Azure or Kubernetes was changed.
  tenant A:  ${tenantA.tenantId} (tenantA.tenantId)
  issuer:    ${issuerUrl}
  to do:     name a cluster of tenant A, or set tenantA to the tenant in the issuer`);
  });

  it("may name the issuer that a cluster of a public cloud had already", () => {
    const selfHostedIssuerUrl = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";
    const eks = withProperties({ oidcIssuerProfile: { enabled: true, issuerUrl: null, selfHostedIssuerUrl } });
    expect(checkArcEnabled(eks, expected).issuer).toBe(selfHostedIssuerUrl);
    const insecure = withProperties({ oidcIssuerProfile: { enabled: true, issuerUrl: "http://edge.example/" } });
    expect(refusal(insecure)).toContain("the issuer starts with http:// and not with https://");
  });
});

describe("an Arc-enabled cluster", () => {
  let folder: string;
  let kubeconfig: { path: string };
  const place = { kind: "connected", name: "edge", resourceGroup: "rg-edge" } as const;
  const existing = { "connectedClusters edge": answer };
  const component = "cross-tenant-identity:azure:ConnectedCluster";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "connected-"));
    kubeconfig = { path: join(folder, "config") };
    writeFileSync(
      kubeconfig.path,
      JSON.stringify({
        clusters: [{ name: "edge", cluster: { server: "https://edge.example:6443" } }],
        users: [{ name: "me", user: { token: "t" } }],
        contexts: [{ name: "edge", context: { cluster: "edge", user: "me" } }],
        "current-context": "edge",
      }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    probe.reportedIssuer.mockResolvedValue(arcIssuer);
    probe.workloadIdentityWebhooks.mockResolvedValue([
      { configuration: "azure-wi-webhook", namespace: "arc-workload-identity", managedBy: "Arc", healthy: true },
    ]);
  });

  it("says its issuer, and without a kubeconfig nothing at all is made", async () => {
    const { made, cluster } = await runArc(makeConnected, clusterConfig(place), { existing }, { runsWorkloads: false });
    expect(made.map(({ type }) => type)).toEqual([component]);
    expect(cluster?.access).toBeUndefined();
    expect(await new Promise((resolve) => cluster?.oidcIssuerUrl.apply(resolve))).toBe(arcIssuer);
  });

  it("is found by its id too", async () => {
    const { error, cluster } = await runArc(makeConnected, clusterConfig({ kind: "connected", id }), { existing });
    expect(error).toBeUndefined();
    expect(cluster?.name).toBe("edge");
  });

  it("takes workloads with a kubeconfig: the provider of its content is all that is made", async () => {
    const config = clusterConfig({ ...place, kubeconfig }, [workload]);
    const { made, error } = await runArc(makeConnected, config, { existing });
    expect(error).toBeUndefined();
    expect(made.map(({ type }) => type)).toEqual([component, "pulumi:providers:kubernetes"]);
    expect(made[1]?.inputs.clusterIdentifier).toBe(id.toLowerCase());
  });

  it("is refused when the kubeconfig leads to another cluster", async () => {
    probe.reportedIssuer.mockResolvedValue("https://oidc.example.com/other");
    const { made, error } = await runArc(makeConnected, clusterConfig({ ...place, kubeconfig }), { existing });
    expect(made).toEqual([]);
    expect(error?.message).toContain("The kubeconfig leads to another cluster than edge.");
    expect(error?.message).toContain(`${arcIssuer} (as Azure reports it: oidcIssuerProfile)`);
    expect(error?.message).toContain("cluster.kubeconfig, context edge");
  });

  it("is refused without a webhook, with the command that brings it", async () => {
    probe.workloadIdentityWebhooks.mockResolvedValue([]);
    const { error } = await runArc(makeConnected, clusterConfig({ ...place, kubeconfig }), { existing });
    expect(error?.message).toContain("has no workload identity webhook");
    expect(error?.message).toContain("az connectedk8s update --resource-group rg-edge --name edge");
  });

  it("is refused when it does not exist, with how to look and how to connect it", async () => {
    const { made, error } = await runArc(makeConnected, clusterConfig(place));
    expect(made).toEqual([]);
    expect(error?.message).toBe(`Arc-enabled cluster edge does not exist. Nothing in Azure or Kubernetes was changed.
  where:   resource group rg-edge, subscription ${tenantA.subscriptionId} of tenant A (cluster.name, cluster.resourceGroup or cluster.id)
  answer:  Status=404 Code="ResourceNotFound" Message="no edge"
  to do:   look for it: az connectedk8s list --subscription ${tenantA.subscriptionId} --query "[].{name:name, group:resourceGroup}" -o table
           or connect it: az connectedk8s connect -n edge -g rg-edge --enable-oidc-issuer --enable-workload-identity`);
  });

  it("is refused when it may not be read, with the right that is missing", async () => {
    const refusal = 'Status=403 Code="AuthorizationFailed" Message="no right"';
    const { error } = await runArc(makeConnected, clusterConfig(place), { refusal });
    expect(error?.message).toContain("Arc-enabled cluster edge could not be read.");
    expect(error?.message).toContain("cause:   the deployer lacks a right");
  });

  it("is refused without a sign-in in words for the cloud that tenant A is in", async () => {
    const refusal = "please run 'az login' to setup account";
    const { error } = await runArc(makeConnected, clusterConfig(place), { refusal }, { environment: "usgovernment" });
    expect(error?.message).toContain("az cloud set --name AzureUSGovernment && az login");
  });

  it.each([
    ["where the language host tells it", () => jest.spyOn(pulumi, "getRootDirectory").mockReturnValue(folder)],
    ["where an old one does not, and runs the program there", () => jest.spyOn(process, "cwd").mockReturnValue(folder)],
  ])("has its kubeconfig in the project's folder: %s", async (_name, told) => {
    const config = clusterConfig({ ...place, kubeconfig: { path: "config" } }, [workload]);
    const spy = told();
    const { error } = await runArc(makeConnected, config, { existing });
    spy.mockRestore();
    expect(error).toBeUndefined();
  });
});
