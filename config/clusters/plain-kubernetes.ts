import { z } from "zod";
import { tenantId } from "../../federation/ids";
import { documented } from "../documentation";
import { guid, issuer, pattern, resourceGroupName, wholeNumber } from "../formats";
import { kubeconfigSource } from "./kubeconfig";
import { clusterName, replace } from "./names";

const publishIssuerSchema = z.strictObject({
  resourceGroup: resourceGroupName({ means: "resource group of the storage account, made by the stack" }),
  // Azure's rule for storage accounts (Microsoft Learn, "Naming rules and restrictions for Azure resources").
  storageAccount: pattern(/^[a-z0-9]{3,24}$/, "is not a name that Azure accepts for a storage account", {
    means: "the storage account whose static website serves discovery document and keys, made by the stack",
    expected: "3–24 of a–z and 0–9, unique in all of Azure",
    example: "wiissuer4711",
  }),
});

const webhookSchema = z.strictObject({
  install: documented(z.enum(["auto", "always", "never"]), {
    means: "install the workload identity webhook: where there is none, in any case, or not at all",
    example: "auto",
  }).default("auto"),
  tenantId: guid({
    means: "tenant of service accounts that name none; without it, tenant A's, else tenant B's",
    example: "aaaaaaaa-0000-4000-8000-00000000000a",
  })
    .transform(tenantId)
    .optional(),
  replicas: wholeNumber(1, 100, { means: "the webhook's pods", example: 2 }).default(2),
});

export const plainKubernetesSchema = z.strictObject({
  kind: documented(z.literal("kubernetes"), {
    means: "any other cluster that exists (EKS, GKE, k3s, self-managed), and that the stack never deletes",
    example: "kubernetes",
  }),
  name: clusterName({ means: "what to call the cluster here", example: "eks-apps" }),
  kubeconfig: kubeconfigSource("the way into the cluster"),
  oidcIssuerUrl: issuer({
    means: "its issuer, which the Internet can read",
    example: "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
  }).optional(),
  publishIssuer: documented(publishIssuerSchema, {
    means: "in place of `oidcIssuerUrl`: publish the cluster's keys, for a cluster without a public issuer",
  }).optional(),
  webhook: documented(webhookSchema, { means: "the workload identity webhook" }).prefault({}),
  replace,
});

export type PlainKubernetes = z.output<typeof plainKubernetesSchema>;
