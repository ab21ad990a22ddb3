import { z } from "zod";
import { subscriptionId, tenantId } from "../federation/ids";
import { tokenExpirationSeconds } from "../federation/limits";
import { documented } from "./documentation";
import { dnsLabel, dnsSubdomain, guid, nonEmpty, scalarText, wholeNumber } from "./formats";

const typedInIdentitySchema = z.strictObject({
  clientId: guid({ means: "client ID of the identity in tenant B", example: "dddddddd-0000-4000-8000-00000000000d" }),
  tenantId: guid({ means: "the identity's tenant", example: "bbbbbbbb-0000-4000-8000-00000000000b" }).transform(
    tenantId,
  ),
  subscriptionId: guid({
    means: "the subscription that the workload works in",
    example: "bbbbbbbb-1111-4111-8111-11111111111b",
  })
    .transform(subscriptionId)
    .optional(),
});

const identityNameSchema = documented(
  z.string().regex(/^([A-Za-z0-9._-]+\/){0,3}[A-Za-z0-9][A-Za-z0-9_-]*$/, "is not the name of an identity"),
  {
    means: "the identity whose tokens the workload gets",
    expected: "an identity's name, STACK/NAME, or an object with clientId and tenantId",
    example: "mi-wi-demo",
  },
);

export const workloadSchema = z.strictObject({
  name: dnsLabel({ means: "name of the workload and of its container", example: "wi-demo-app" }),
  kind: documented(z.enum(["Pod", "Deployment", "Job", "CronJob"]), { means: "what runs it", example: "Deployment" }),
  namespace: dnsLabel({ means: "its namespace", example: "default" }).default("default"),
  createNamespace: documented(z.boolean(), {
    means: "make the namespace too",
    expected: "true or false",
    example: true,
  }).default(false),
  serviceAccount: dnsSubdomain({ means: "its service account, made by the stack", example: "wi-demo-account" }),
  image: documented(z.string().regex(/^\S+$/, "is empty or has whitespace in it"), {
    means: "its container image",
    expected: "an image reference",
    example: "ghcr.io/example/cross-tenant-identity-app:0.1.0",
  }),
  env: documented(
    z.record(
      documented(z.string().regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/, "is not the name of a variable"), {
        means: "name of a variable",
        expected: "letters, digits, _, - and ., not a digit first",
      }),
      documented(scalarText, { means: "its value", expected: "a text" }),
    ),
    {
      means: "environment variables; AZURE_SUBSCRIPTION_ID is filled in with the identity's subscription",
      example: { AZURE_REGION: "eastus", AZURE_RESOURCE_NAME: "cores" },
    },
  ).default({}),
  command: documented(z.array(nonEmpty({ means: "a word of the command" })), {
    means: "command in place of the image's",
    expected: "a list of words",
    example: ["node"],
  }).optional(),
  args: documented(z.array(z.string()), {
    means: "arguments",
    expected: "a list of words",
    example: ["--once"],
  }).optional(),
  replicas: wholeNumber(0, 1000, { means: "pods of a Deployment; 1 unless given", example: 2 }).optional(),
  schedule: nonEmpty({
    means: "when a CronJob runs, in UTC",
    expected: "five cron fields",
    example: "*/15 * * * *",
  }).optional(),
  tokenExpirationSeconds: wholeNumber(tokenExpirationSeconds.min, tokenExpirationSeconds.max, {
    means: "lifetime of the projected token in seconds",
    example: 3600,
  }).default(tokenExpirationSeconds.default),
  identity: z.union([
    identityNameSchema,
    documented(typedInIdentitySchema, { means: "the identity typed in, when its stack cannot be read" }),
  ]),
});

export type TypedInIdentity = z.output<typeof typedInIdentitySchema>;
export type Workload = z.output<typeof workloadSchema>;
