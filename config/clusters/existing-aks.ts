import { z } from "zod";
import { documented, withoutKeys } from "../documentation";
import { kubeconfigSource } from "./kubeconfig";
import { existingClusterKeys, replace } from "./names";
import { managedClusterType } from "./resource-types";

const schema = z.strictObject({
  kind: documented(z.literal("existingAks"), {
    means: "an AKS cluster that exists, and that the stack never deletes",
    example: "existingAks",
  }),
  ...existingClusterKeys(
    managedClusterType,
    "/subscriptions/…/resourceGroups/rg-apps/providers/Microsoft.ContainerService/managedClusters/aks-apps",
  ),
  enable: documented(z.boolean(), {
    means: "switch issuer and workload identity on where they are off; nothing else of the cluster changes",
    expected: "true or false",
    example: true,
  }).default(false),
  workloadIdentity: documented(z.enum(["enabled", "disabled"]), {
    means: "`disabled` switches workload identity off; the issuer stays for ever",
    example: "enabled",
  }).default("enabled"),
  kubeconfig: kubeconfigSource("the way into the cluster; without it, the user credential that Azure gives").optional(),
  replace,
});

export const existingAksSchema = withoutKeys(schema, {
  oidcIssuer: "remove it: AKS cannot switch the issuer of a cluster off again, so once on it stays for ever",
});

export type ExistingAks = z.output<typeof existingAksSchema>;
