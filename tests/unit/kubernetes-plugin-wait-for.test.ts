import { readinessOf } from "../../sandbox/plugins/kubernetes/readiness/await-ready.ts";
import { wishesOf } from "../../sandbox/plugins/kubernetes/readiness/wait-for.ts";
import type { PropertyMap } from "../../sandbox/plugins/rpc/values.ts";

function registration(waitFor: string, clientConfig: PropertyMap = {}): PropertyMap {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "wi", annotations: { "pulumi.com/waitFor": waitFor } },
    webhooks: [{ name: "w", clientConfig }],
    status: { phase: "Running", conditions: [{ type: "Synced", status: "True" }] },
  };
}

const authority = "jsonpath={.webhooks[0].clientConfig.caBundle}";

test("waits until a field is there", () => {
  expect(readinessOf(registration(authority))).toEqual({
    state: "waiting",
    progress: `Waiting for MutatingWebhookConfiguration wi: ${authority}`,
    trouble: [],
  });
  expect(readinessOf(registration(authority, { caBundle: "Q0E=" }))?.state).toBe("ready");
});

test.each([
  ["jsonpath={.status.phase}=Running", "ready"],
  ["jsonpath={.status.phase}=Succeeded", "waiting"],
  ["condition=Synced", "ready"],
  ["condition=Synced=False", "waiting"],
  ["condition=Ready", "waiting"],
  ['["condition=Synced", "jsonpath={.status.phase}"]', "ready"],
  ['["condition=Synced", "condition=Ready"]', "waiting"],
])("%s: %s", (waitFor, state) => expect(readinessOf(registration(waitFor))?.state).toBe(state));

test.each(["Ready", "jsonpath=.status", "jsonpath={.items[*].a}", "[]"])("%s is refused", (waitFor) => {
  expect(() => wishesOf(registration(waitFor))).toThrow(/pulumi\.com\/waitFor/);
});
