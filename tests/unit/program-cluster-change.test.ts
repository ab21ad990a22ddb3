import { both, cluster, tenantA } from "./config-fixtures";
import { issuer, runProgram } from "./program-mocks";

const own = "organization/cross-tenant-identity/test";

/** The output `cluster` of a stack that was deployed with this config. */
async function deployed(config: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { outputs, error } = await runProgram(config);
  if (error) throw error;
  return outputs;
}

it("a stack tells its next deployment what its cluster is", async () => {
  expect(await deployed(both())).toMatchObject({
    oidcIssuerUrl: issuer,
    cluster: {
      kind: "aks",
      name: "aks-wi-demo",
      resourceGroup: "rg-wi-demo",
      location: "eastus",
      fixed: { "tenantA.subscriptionId": tenantA.subscriptionId, "cluster.network.plugin": "overlay" },
    },
  });
});

it("the same config is deployed again without a word", async () => {
  const { error, warnings } = await runProgram(both(), { stacks: { [own]: await deployed(both()) } });
  expect([error, warnings]).toEqual([undefined, []]);
});

it("a cluster that config would lose is refused before any provider or resource is made", async () => {
  const stacks = { [own]: await deployed(both()) };
  const { created, error } = await runProgram(both({ cluster: { ...cluster, name: "aks-new" } }), { stacks });
  expect(error?.message).toContain("Cluster aks-wi-demo (kind aks) would be deleted with all that is in it.");
  expect(created).toEqual([]);
});

it("a cluster whose end config confirms is replaced", async () => {
  const stacks = { [own]: await deployed(both()) };
  const changed = both({ cluster: { ...cluster, name: "aks-new", replace: "aks-wi-demo" } });
  const { error, outputs } = await runProgram(changed, { stacks });
  expect(error).toBeUndefined();
  expect(outputs).toMatchObject({ cluster: { name: "aks-new" } });
});

it("a confirmation that is left over is noted", async () => {
  const stacks = { [own]: await deployed(both()) };
  const { warnings } = await runProgram(both({ cluster: { ...cluster, replace: "aks-wi-demo" } }), { stacks });
  expect(warnings).toEqual([expect.stringContaining("cluster.replace is still aks-wi-demo")]);
});

it("a stack whose last outputs cannot be read is refused, for they say what would be lost", async () => {
  const failing = { "pulumi:pulumi:readStackOutputs in ": "503 Service Unavailable\nmore" };
  const { created, error } = await runProgram(both(), { failing });
  expect(
    error?.message,
  ).toBe(`The last outputs of this stack cannot be read, and without them nobody sees whether its cluster would be lost. Nothing in Azure or Kubernetes was changed.
  looked for:  ${own}
  answer:      503 Service Unavailable
  to do:       run again; when it stays so, look whether the state can be read: pulumi stack output`);
  expect(error).toHaveProperty("__pulumiRunError", true); // no stack trace
  expect(created).toEqual([]);
});

it("a config that lost its cluster is refused before anything is made", async () => {
  const stacks = { [own]: await deployed(both()) };
  const without = both({ cluster: undefined, tenantA: undefined, workloads: undefined, identities: undefined });
  const { created, error } = await runProgram({ ...without, resourceProviders: ["Microsoft.Quota"] }, { stacks });
  expect(error?.message).toContain("has no `cluster` any more where cluster aks-wi-demo of kind aks was.");
  expect(created).toEqual([]);
});

it.each([undefined, "aks-wi-demo", { kind: "aks" }, { kind: "aks", name: "other", fixed: { a: 1 } }])(
  "an output of another form (%j) is not compared",
  async (output) => {
    const { error } = await runProgram(both(), { stacks: { [own]: { cluster: output } } });
    expect(error).toBeUndefined();
  },
);
