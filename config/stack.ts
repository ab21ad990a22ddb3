import { z } from "zod";
import { clusterSchema } from "./cluster";
import { documented } from "./documentation";
import { pattern } from "./formats";
import { identitySchema } from "./identity";
import { tenantSchema } from "./tenant";
import { workloadSchema } from "./workload";

/** The project's name, which is the namespace of its keys in the stack files. */
export const namespace = "cross-tenant-identity";

function stackNames(means: string, example: string) {
  const name = pattern(
    /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,2}$/,
    "is not the name of a stack",
    {
      means,
      expected: "STACK, PROJECT/STACK or ORGANIZATION/PROJECT/STACK, one or a list of them",
      example,
    },
  );
  return z.union([name, z.array(name)]).transform((value) => (typeof value === "string" ? [value] : value));
}

export const stackSchema = z.strictObject({
  tenantA: documented(tenantSchema.optional(), { means: "the tenant of the cluster" }),
  tenantB: documented(tenantSchema.optional(), { means: "the tenant of the resources, which gives trust" }),
  cluster: documented(clusterSchema, {
    means: "the cluster, or the issuer of one",
    expected: "an object with kind (aks, existingAks, aksArc, connected or kubernetes), or with oidcIssuerUrl alone",
    example: { kind: "aks", name: "aks-wi-demo", resourceGroup: "rg-wi-demo" },
  }).optional(),
  workloads: documented(z.array(workloadSchema), { means: "what runs in the cluster" }).default([]),
  identityStack: stackNames("the stack or stacks whose outputs say the workloads' identities", "tenantB").default([]),
  identities: documented(z.array(identitySchema), { means: "the identities, their trust and their roles" }).default([]),
  clusterStack: stackNames("the stack or stacks whose clusters the identities trust", "tenantA").default([]),
  resourceProviders: documented(
    z.array(
      pattern(/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)+$/, "is not the namespace of a resource provider", {
        means: "a namespace",
        expected: "a namespace, as `az provider list` lists it",
        example: "Microsoft.Quota",
      }),
    ),
    {
      means: "resource providers registered in tenant B's subscription, and never unregistered",
      example: ["Microsoft.Quota"],
    },
  ).default([]),
});

/** Everything that the stack files can say, checked. */
export type StackConfig = z.output<typeof stackSchema>;

export type ConfigKey = keyof StackConfig;
