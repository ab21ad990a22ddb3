import { join } from "node:path";
import { ClusterHost, type Kubectl } from "./support/cluster-client.ts";
import { clusterSpec, isReady, one, pod, scriptImage, tenantB } from "./support/cluster-objects.ts";
import { installedWebhook, webhookNamespace } from "./support/installed-webhook.ts";

// Ends what would never end; no test measures it.
jest.setTimeout(180_000);

const host = new ClusterHost();
const name = "eks-one";
let kubectl: Kubectl;

beforeAll(async () => {
  const images = join(host.stateDir, "images");
  await host.start([scriptImage(images, "waits", `setInterval(() => undefined, 1000);`)]);
  kubectl = await host.cluster({
    ...clusterSpec(name, false),
    kind: "plain",
    tenantId: undefined,
    issuerUrl: "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
  });
});
afterAll(() => host.close(), 30_000);

const deployment = ["deployment/azure-wi-webhook-controller-manager", "-n", webhookNamespace];
const labelled = (podName: string) => pod(podName, one("waits"), { "azure.workload.identity/use": "true" });
const variables = async (podName: string) => {
  const { spec } = await kubectl.get("pod", podName);
  const env: { name: string; value: string }[] = spec.containers[0].env ?? [];
  return Object.fromEntries(env.map((each) => [each.name, each.value]));
};

describe("a webhook that its user installs", () => {
  it("is absent from a plain cluster until then", async () => {
    expect((await kubectl.run(["get", "mutatingwebhookconfigurations", "-o", "name"])).stdout).toBe("");
    await kubectl.apply(labelled("before"));
    expect(await variables("before")).toEqual({});
  });

  it("makes its certificate, becomes ready in two replicas, and gives the API server its authority", async () => {
    await kubectl.apply(...installedWebhook(tenantB, 2));
    await kubectl.out("wait", "--for=condition=Available", ...deployment, "--timeout=120s");
    await kubectl.out("rollout", "status", ...deployment, "--timeout=120s");
    const configuration = await kubectl.get(
      "mutatingwebhookconfiguration",
      "azure-wi-webhook-mutating-webhook-configuration",
    );
    expect(configuration.webhooks[0].clientConfig.caBundle).toMatch(/^LS0t/);
    const slices = JSON.parse(await kubectl.out("get", "endpointslices", "-n", webhookNamespace, "-o", "json"));
    const addresses = slices.items.flatMap(({ endpoints }: { endpoints: { addresses: string[] }[] }) =>
      endpoints.flatMap((endpoint) => endpoint.addresses),
    );
    expect(new Set(addresses).size).toBe(2);
  });

  it("mutates the cluster's pods, with the tenant that it was installed for", async () => {
    await kubectl.apply(labelled("after"));
    expect(await variables("after")).toMatchObject({
      AZURE_TENANT_ID: tenantB,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
      AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/wi/token/azure-identity-token",
    });
    await kubectl.until("pod", "after", isReady);
  });

  it("goes on with one replica, and with the one that comes after it", async () => {
    const [first = ""] = (await kubectl.out("get", "pods", "-n", webhookNamespace, "-o", "name")).split("\n");
    await kubectl.out("delete", first, "-n", webhookNamespace);
    await kubectl.out("rollout", "status", ...deployment, "--timeout=120s");
    for (const each of ["third", "fourth", "fifth"]) await kubectl.apply(labelled(each));
    expect(await variables("fifth")).toHaveProperty("AZURE_TENANT_ID", tenantB);
  });

  it("goes on when the cluster's API server comes back with another signing key", async () => {
    await host.ask({ ask: "rotate", cluster: name, step: "add" });
    await kubectl.apply(labelled("sixth"));
    expect(await variables("sixth")).toHaveProperty("AZURE_TENANT_ID", tenantB);
    const pods = JSON.parse(await kubectl.out("get", "pods", "-n", webhookNamespace, "-o", "json"));
    for (const { status } of pods.items) expect(status.containerStatuses[0].restartCount).toBe(0);
  });

  it("takes the refusal of pods with it when it is gone", async () => {
    await kubectl.out("scale", ...deployment, "--replicas=0");
    await kubectl.out("wait", "--for=delete", "pod", "-l", "app=workload-identity-webhook", "-n", webhookNamespace);
    const refused = await kubectl.run(["apply", "-f", "-"], JSON.stringify(labelled("refused")));
    expect(refused.stderr).toContain('failed calling webhook "mutation.azure-workload-identity.io"');
    await kubectl.out("delete", "mutatingwebhookconfiguration", "azure-wi-webhook-mutating-webhook-configuration");
    await kubectl.apply(labelled("without"));
    expect(await variables("without")).toEqual({});
  });
});
