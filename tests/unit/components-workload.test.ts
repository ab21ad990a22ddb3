import * as pulumi from "@pulumi/pulumi";
import { podTemplate } from "../../components/pod-template";
import { both, identity, load, tenantB, workload } from "./config-fixtures";
import { clientId, issuer, ofType, runProgram } from "./program-mocks";

function only<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error("there is none");
  return item;
}

describe("the workload", () => {
  const kinds = [
    ["Pod", "kubernetes:core/v1:Pod", {}, ["metadata"], ["spec"]],
    [
      "Deployment",
      "kubernetes:apps/v1:Deployment",
      { replicas: 2 },
      ["spec", "template", "metadata"],
      ["spec", "template", "spec"],
    ],
    ["Job", "kubernetes:batch/v1:Job", {}, ["spec", "template", "metadata"], ["spec", "template", "spec"]],
    [
      "CronJob",
      "kubernetes:batch/v1:CronJob",
      { schedule: "@daily" },
      ["spec", "jobTemplate", "spec", "template", "metadata"],
      ["spec", "jobTemplate", "spec", "template", "spec"],
    ],
  ] as const;

  const at = (value: unknown, path: readonly string[]) =>
    path.reduce<unknown>(
      (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    );

  it.each(kinds)(
    "of kind %s has label and trust on its pods, and passes the restricted standard",
    async (kind, type, extra, metadata, spec) => {
      const { created } = await runProgram(
        both({ workloads: [{ ...workload, kind, ...extra, env: { AZURE_REGION: "eastus" } }] }),
      );
      const inputs = ofType(created, type)[0]?.inputs;
      expect(at(inputs, metadata)).toMatchObject({
        labels: { "azure.workload.identity/use": "true", "app.kubernetes.io/name": "wi-demo-app" },
        annotations: {
          "cross-tenant-identity/trust": `issuer=${issuer} tenant=${tenantB.tenantId} client=${clientId}`,
        },
      });
      expect(at(inputs, spec)).toMatchObject({
        serviceAccountName: "wi-demo-account",
        nodeSelector: { "kubernetes.io/os": "linux" },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "wi-demo-app",
            env: [
              { name: "AZURE_REGION", value: "eastus" },
              { name: "AZURE_SUBSCRIPTION_ID", value: tenantB.subscriptionId },
            ],
            resources: { requests: { cpu: "50m", memory: "128Mi" } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      });
    },
  );

  it("keeps a subscription that the user gives", async () => {
    const { created } = await runProgram(
      both({ workloads: [{ ...workload, env: { AZURE_SUBSCRIPTION_ID: "mine" } }] }),
    );
    expect(at(ofType(created, "kubernetes:core/v1:Pod")[0]?.inputs, ["spec", "containers"])).toEqual([
      expect.objectContaining({ env: [{ name: "AZURE_SUBSCRIPTION_ID", value: "mine" }] }),
    ]);
  });

  it("gets its namespace and service account made once, however many workloads share them", async () => {
    const trusts = [{ namespace: "readers", serviceAccount: "wi-demo-account" }];
    const shared = { ...workload, namespace: "readers", createNamespace: true };
    const { created } = await runProgram(
      both({ workloads: [shared, { ...shared, name: "second" }], identities: [{ ...identity, trusts }] }),
    );
    expect(ofType(created, "kubernetes:core/v1:Namespace").map(({ name }) => name)).toEqual(["readers"]);
    expect(ofType(created, "kubernetes:core/v1:ServiceAccount")).toHaveLength(1);
    expect(ofType(created, "kubernetes:core/v1:Pod")).toHaveLength(2);
  });

  it("keeps image, command, arguments and variables secret when the stack file keeps some of it secret", async () => {
    const words = { image: "example.com/i", command: ["run"], args: ["--key", "k"], env: { KEY: "k" } };
    const input = both({ workloads: [{ ...workload, ...words }] });
    const plain = await runProgram(input);
    expect(at(ofType(plain.created, "kubernetes:core/v1:Pod")[0]?.inputs, ["spec", "containers"])).toEqual([
      expect.objectContaining({ ...words, env: expect.anything() }),
    ]);
    // The mocks hand a whole over as secret when one of its parts is.
    const kept = await runProgram(input, {}, ["workloads"]);
    expect(ofType(kept.created, "kubernetes:core/v1:Pod")[0]?.inputs.spec).toMatchObject({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    });

    const template = (secret: boolean) =>
      podTemplate({
        workload: only(load(input).workloads),
        serviceAccountName: "sa",
        env: [],
        secret,
        trust: "trust",
        restartPolicy: "Always",
      });
    const [container] = template(true).spec.containers;
    const parts = [container?.image, ...(container?.command ?? []), ...(container?.args ?? [])];
    expect(await Promise.all(parts.map((part) => pulumi.isSecret(pulumi.output(part))))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(template(false).spec.containers[0]).toMatchObject({ image: words.image, args: words.args });
  });
});
