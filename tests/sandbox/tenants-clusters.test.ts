import { collect, eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import { clusterBody, createCluster } from "./support/workload.ts";

const world = useCloud();
const group = "rg-clusters";
const fast = { updateIntervalInMs: 10 };

beforeAll(() => world.a.resources.resourceGroups.createOrUpdate(group, { location: "eastus" }));

const clusters = () => world.a.clusters.managedClusters;
const path = (name: string, rest = "") =>
  `${world.a.scope}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}${rest}?api-version=2025-09-01`;
const asA = (method: string, address: string, body?: unknown) =>
  world.arm(method, address, {
    credential: world.a.credential,
    ...(body === undefined ? {} : { body: armBody(body) }),
  });

/** The JSON that goes over the wire for a client's flattened body. */
function armBody(body: unknown): unknown {
  const { location, identity, sku, tags, ...properties } = { ...(body as Record<string, unknown>) };
  const { oidcIssuerProfile, ...rest } = properties;
  return {
    location,
    identity,
    sku,
    tags,
    properties: { ...rest, ...(oidcIssuerProfile ? { oidcIssuerProfile } : {}) },
  };
}

describe("a managed cluster", () => {
  it("starts an API server with an issuer of its own and answers what AKS fills in", async () => {
    const cluster = await createCluster(world, group, "aks-demo");
    const found = await clusters().get(group, "AKS-demo");
    expect(found).toMatchObject({
      name: "aks-demo",
      provisioningState: "Succeeded",
      powerState: { code: "Running" },
      nodeResourceGroup: `MC_${group}_aks-demo_eastus`,
      enableRbac: true,
      sku: { name: "Base", tier: "Free" },
      identity: { type: "SystemAssigned", tenantId: world.a.spec.tenantId },
      oidcIssuerProfile: { enabled: true, issuerURL: cluster.spec.issuerUrl },
      securityProfile: { workloadIdentity: { enabled: true } },
    });
    expect(found.agentPoolProfiles).toMatchObject([
      { name: "system", mode: "System", count: 2, osType: "Linux", provisioningState: "Succeeded" },
    ]);
    expect(cluster.spec.issuerUrl).toMatch(
      new RegExp(`^https://eastus\\.oic\\.prod-aks\\.azure\\.com/${world.a.spec.tenantId}/[0-9a-f-]{36}/$`),
    );
    expect(cluster.spec).toMatchObject({
      kind: "aks",
      name: "aks-demo",
      tenantId: world.a.spec.tenantId,
      managedWebhook: { namespace: "kube-system" },
    });
    expect((await collect(clusters().list())).map(({ name }) => name)).toContain("aks-demo");
    expect((await collect(clusters().listByResourceGroup(group))).map(({ name }) => name)).toContain("aks-demo");
  });

  it("gives its user's kubeconfig, and not the administrator's without permission", async () => {
    await createCluster(world, group, "aks-credential");
    const { kubeconfigs = [] } = await clusters().listClusterUserCredentials(group, "aks-credential");
    expect(kubeconfigs).toHaveLength(1);
    expect(Buffer.from(kubeconfigs[0]?.value ?? "").toString()).toContain("current-context: aks-credential");
    expect(await failure(clusters().listClusterAdminCredentials(group, "aks-credential"))).toMatchObject({
      code: "AuthorizationFailed",
    });
  });

  it("is created while the client polls, and refuses what cannot be done meanwhile", async () => {
    let open = () => {};
    world.clusters.gate = new Promise((resolve) => {
      open = resolve;
    });
    const started = await asA("PUT", path("aks-slow"), clusterBody);
    expect(started.status).toBe(201);
    expect(started.body.properties.provisioningState).toBe("Creating");
    const address = new URL(started.headers.get("azure-asyncoperation") ?? "");
    expect(address.pathname).toMatch(/providers\/Microsoft.ContainerService\/locations\/eastus\/operations\//);
    const operation = () => asA("GET", address.pathname + address.search);
    expect((await operation()).body).toMatchObject({ status: "InProgress" });
    expect((await asA("POST", path("aks-slow", "/listClusterUserCredential"))).body.error.code).toBe(
      "OperationNotAllowed",
    );
    expect((await asA("PUT", path("aks-slow"), clusterBody)).status).toBe(409);
    open();
    const done = await clusters().createOrUpdate(group, "aks-after", clusterBody, fast);
    expect(done.provisioningState).toBe("Succeeded");
    await eventually(async () => expect((await operation()).body).toMatchObject({ status: "Succeeded" }));
  });

  it("that cannot start fails its operation with the cause, and starts when it is written again", async () => {
    world.clusters.failure = new Error("no more memory");
    const error = await failure(clusters().createOrUpdate(group, "aks-failed", clusterBody, fast));
    world.clusters.failure = undefined;
    expect(error.message).toContain("no more memory");
    expect((await clusters().get(group, "aks-failed")).provisioningState).toBe("Failed");
    const again = await clusters().createOrUpdate(group, "aks-failed", clusterBody, fast);
    expect(again.provisioningState).toBe("Succeeded");
    expect(world.clusters.named("aks-failed").spec.issuerUrl).toBe(again.oidcIssuerProfile?.issuerURL);
    await clusters().delete(group, "aks-failed", fast);
  });

  it("written again is updated: workload identity is switched on the running cluster, ids stay", async () => {
    const cluster = await createCluster(world, group, "aks-update");
    const off = { ...clusterBody, securityProfile: { workloadIdentity: { enabled: false } } };
    const updated = await clusters().createOrUpdate(group, "aks-update", { ...off, tags: { team: "demo" } }, fast);
    expect(cluster.workloadIdentity).toBe(false);
    expect(updated).toMatchObject({ tags: { team: "demo" }, oidcIssuerProfile: { issuerURL: cluster.spec.issuerUrl } });
  });

  it("cannot have its issuer switched off: OIDCIssuerFeatureCannotBeDisabled", async () => {
    await createCluster(world, group, "aks-issuer");
    const off = { ...clusterBody, oidcIssuerProfile: { enabled: false }, securityProfile: {} };
    const error = await failure(clusters().createOrUpdate(group, "aks-issuer", off, fast));
    expect(error).toMatchObject({
      code: "OIDCIssuerFeatureCannotBeDisabled",
      statusCode: 400,
      message: "OIDC issuer feature cannot be disabled.",
    });
  });

  it("keeps its DNS prefix and its node group: PropertyChangeNotAllowed", async () => {
    await createCluster(world, group, "aks-fixed");
    for (const change of [{ dnsPrefix: "other" }, { nodeResourceGroup: "rg-other" }]) {
      const error = await failure(clusters().createOrUpdate(group, "aks-fixed", { ...clusterBody, ...change }, fast));
      expect(error).toMatchObject({ code: "PropertyChangeNotAllowed", statusCode: 400 });
      expect(error.message).toContain(`'${Object.keys(change)[0]}'`);
    }
  });

  it("publishes its discovery document and keys at its issuer while it lives", async () => {
    const cluster = await createCluster(world, group, "aks-public");
    const { hostname, pathname } = new URL(cluster.spec.issuerUrl);
    const read = (document: string) => throughProxy(hostname, pathname + document);
    expect(JSON.parse(await read(".well-known/openid-configuration"))).toMatchObject({
      issuer: cluster.spec.issuerUrl,
    });
    expect(JSON.parse(await read("openid/v1/jwks")).keys).toHaveLength(1);
    await clusters().delete(group, "aks-public", fast);
    expect(JSON.parse(await read("openid/v1/jwks")).error).toContain("No running cluster");
  });

  it("is stopped when it is deleted, and when its resource group is", async () => {
    const [alone, inGroup] = [
      await createCluster(world, group, "aks-alone"),
      await createCluster(world, "rg-doomed", "aks-doomed"),
    ];
    expect((await asA("DELETE", path("aks-alone"))).status).toBe(202);
    await world.a.resources.resourceGroups.delete("rg-doomed", fast);
    expect(inGroup.stopped).toBe(true);
    await clusters().delete(group, "aks-alone", fast);
    expect(alone.stopped).toBe(true);
    expect((await asA("DELETE", path("aks-alone"))).status).toBe(204);
    const groups = await collect(world.a.resources.resourceGroups.list());
    expect(groups.map(({ name }) => name)).not.toContain("MC_rg-doomed_aks-doomed_eastus");
  });

  it.each([
    ["no location", { location: "" }, "LocationRequired"],
    ["no DNS prefix", { dnsPrefix: undefined }, "dnsPrefix"],
    ["no pool", { agentPoolProfiles: [] }, "agentPoolProfiles"],
    [
      "no system pool",
      { agentPoolProfiles: [{ name: "user", mode: "User", count: 1, vmSize: "Standard_D2s_v5" }] },
      "MustDefineAtLeastOneSystemPool",
    ],
    ["a bad pool name", { agentPoolProfiles: [{ name: "Not-Good", mode: "System", count: 1 }] }, "1-12 lowercase"],
    [
      "bounds without autoscaling",
      { agentPoolProfiles: [{ name: "system", mode: "System", minCount: 1, maxCount: 2 }] },
      "enableAutoScaling",
    ],
    ["workload identity without an issuer", { oidcIssuerProfile: { enabled: false } }, "Enable both"],
  ])("is refused with %s", async (_what, change, text) => {
    const { status, body } = await asA("PUT", path("aks-refused"), { ...clusterBody, ...change });
    expect(status).toBe(400);
    expect(`${body.error.code}: ${body.error.message}`).toContain(text);
  });

  it.each([
    ["no version", undefined, "1.37.2"],
    ["the minor version", "1.37", "1.37"],
    ["another patch of it", "1.37.0", "1.37.0"],
  ])("that asks for %s runs what the sandbox has, and says so", async (_what, kubernetesVersion, answered) => {
    const body = { ...clusterBody, ...(kubernetesVersion ? { kubernetesVersion } : {}) };
    const found = await clusters().createOrUpdate(group, "aks-version", body, fast);
    expect(found).toMatchObject({ kubernetesVersion: answered, currentKubernetesVersion: "1.37.2" });
    expect(found.agentPoolProfiles).toMatchObject([{ currentOrchestratorVersion: "1.37.2" }]);
  });

  it.each(["1.36", "1.36.9", "1.38.0", "2.37", "1.3", "1.37.x", "1.37.2.1", "latest"])(
    "is refused with the version %s, which the sandbox does not run: K8sVersionNotSupported",
    async (kubernetesVersion) => {
      const { status, body } = await asA("PUT", path("aks-other"), { ...clusterBody, kubernetesVersion });
      expect(status).toBe(400);
      expect(body.error.code).toBe("K8sVersionNotSupported");
      expect(body.error.message).toContain(`Version ${kubernetesVersion} is not supported in this region.`);
      expect(body.error.message).toContain("run Kubernetes 1.37.2");
      expect((await asA("GET", path("aks-other"))).status).toBe(404);
    },
  );

  it("is refused with a pool of another version: AgentPoolK8sVersionNotSupported", async () => {
    const agentPoolProfiles = [{ ...clusterBody.agentPoolProfiles[0], orchestratorVersion: "1.30" }];
    const { body } = await asA("PUT", path("aks-other"), { ...clusterBody, agentPoolProfiles });
    expect(body.error.code).toBe("AgentPoolK8sVersionNotSupported");
  });

  it.each(["-aks", "a".repeat(64)])("is refused with the name %s", async (name) => {
    expect((await asA("PUT", path(name), clusterBody)).body.error).toMatchObject({ code: "InvalidParameter" });
  });
});

/** Fetches as Microsoft's clients do: through HTTPS_PROXY, by the true name. */
async function throughProxy(host: string, target: string): Promise<string> {
  const { createPipelineRequest, createDefaultHttpClient, createPipelineFromOptions } = await import(
    "@azure/core-rest-pipeline"
  );
  const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
  const request = createPipelineRequest({ url: `https://${host}${target}` });
  return (await pipeline.sendRequest(createDefaultHttpClient(), request)).bodyAsText ?? "";
}
