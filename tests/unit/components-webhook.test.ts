import * as pulumi from "@pulumi/pulumi";
import { webhookImage, webhookVersion } from "../../components/webhook/chart";
import { WorkloadIdentityWebhook } from "../../components/webhook/workload-identity-webhook";
import { tenantId } from "../../federation/ids";

type Inputs = Record<string, unknown>;

const own = tenantId("aaaaaaaa-0000-4000-8000-00000000000a");

/** What the component makes, by `KIND name`. */
async function objects(replicas = 2): Promise<Map<string, Inputs>> {
  const made = new Map<string, Inputs>();
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      made.set(`${type.split(":").at(-1)} ${name}`, inputs);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
  const { Provider } = await import("@pulumi/kubernetes/provider");
  new WorkloadIdentityWebhook("k3s", {
    kubernetes: new Provider("k3s", { kubeconfig: "{}" }),
    stack: "org.project.dev",
    tenantId: own,
    environment: "usgovernment",
    replicas,
  });
  await pulumi.runtime.disconnect();
  return made;
}

function field(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce((inner: unknown, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}

describe("the webhook as the stack installs it", () => {
  let made: Map<string, Inputs>;

  beforeAll(async () => {
    made = await objects();
  });

  it("is made of the objects of the upstream chart, in their names", () => {
    const expected = [
      "Namespace azure-workload-identity-system",
      "ServiceAccount azure-wi-webhook-admin",
      "ClusterRole azure-wi-webhook-manager-role",
      "ClusterRoleBinding azure-wi-webhook-manager-rolebinding",
      "Role azure-wi-webhook-manager-role",
      "RoleBinding azure-wi-webhook-manager-rolebinding",
      "ConfigMap azure-wi-webhook-config",
      "Secret azure-wi-webhook-server-cert",
      "PriorityClass azure-wi-webhook",
      "Service azure-wi-webhook-webhook-service",
      "Deployment azure-wi-webhook-controller-manager",
      "PodDisruptionBudget azure-wi-webhook-controller-manager",
      "MutatingWebhookConfiguration azure-wi-webhook-mutating-webhook-configuration",
    ];
    const inCluster = [...made.keys()].filter((key) => !/^(WorkloadIdentityWebhook|kubernetes) /.test(key));
    expect(inCluster.sort()).toEqual(expected.sort());
  });

  it("every object says whose it is, so that a later run knows its own", () => {
    for (const [key, inputs] of made) {
      if (/^(WorkloadIdentityWebhook|kubernetes) /.test(key)) continue;
      expect(field(inputs, "metadata", "labels")).toMatchObject({
        "app.kubernetes.io/managed-by": "pulumi",
        "cross-tenant-identity/stack": "org.project.dev",
        "azure-workload-identity.io/system": "true",
      });
    }
  });

  it("tells the webhook its cloud and the default tenant, and a change of them starts new pods", () => {
    expect(made.get("ConfigMap azure-wi-webhook-config")?.data).toEqual({
      AZURE_ENVIRONMENT: "AzureUSGovernmentCloud",
      AZURE_TENANT_ID: own,
    });
    const deployment = made.get("Deployment azure-wi-webhook-controller-manager");
    expect(field(deployment, "spec", "template", "metadata", "annotations")).toEqual({
      "cross-tenant-identity/environment": "AzureUSGovernmentCloud",
      "cross-tenant-identity/tenant": own,
    });
  });

  it("leaves certificate and authority to the webhook", () => {
    expect(made.get("Secret azure-wi-webhook-server-cert")).not.toHaveProperty("data");
    const registration = made.get("MutatingWebhookConfiguration azure-wi-webhook-mutating-webhook-configuration");
    expect(field(registration, "webhooks", 0, "clientConfig")).toEqual({
      service: {
        name: "azure-wi-webhook-webhook-service",
        namespace: "azure-workload-identity-system",
        path: "/mutate-v1-pod",
      },
    });
    expect(field(registration, "metadata", "annotations")).toEqual({
      "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}",
    });
  });

  it("asks for pods with the label only: nothing else waits for it", () => {
    const registration = made.get("MutatingWebhookConfiguration azure-wi-webhook-mutating-webhook-configuration");
    expect(field(registration, "webhooks", 0)).toMatchObject({
      failurePolicy: "Fail",
      objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    });
  });

  it("runs the pinned version without any privilege", () => {
    expect(webhookVersion).toBe("v1.6.0");
    const container = field(
      made.get("Deployment azure-wi-webhook-controller-manager"),
      "spec",
      "template",
      "spec",
      "containers",
      0,
    );
    expect(container).toMatchObject({
      image: webhookImage,
      command: ["/manager"],
      securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    });
  });

  it("a single pod has no disruption budget, which would keep its node from being drained", async () => {
    const single = await objects(1);
    expect([...single.keys()].filter((key) => key.startsWith("PodDisruptionBudget"))).toEqual([]);
    expect(field(single.get("Deployment azure-wi-webhook-controller-manager"), "spec", "replicas")).toBe(1);
  });
});
