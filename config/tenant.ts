import { z } from "zod";
import { environments } from "../federation/clouds";
import { subscriptionId, tenantId } from "../federation/ids";
import { documented } from "./documentation";
import { guid, nonEmpty, pattern, tags } from "./formats";

/** How the provider of a tenant signs in. Nothing given: azure-native's own chain, that is, `az login` or ARM_*. */
export const credentialsSchema = z.strictObject({
  clientId: guid({
    means: "client ID of the deployer's application",
    example: "cccccccc-0000-4000-8000-00000000000c",
  }).optional(),
  clientSecret: nonEmpty({
    means: "its client secret, only ever as a secret of the stack",
    example: "pulumi config set --secret --path tenantB.credentials.clientSecret",
  }).optional(),
  clientCertificatePath: nonEmpty({
    means: "its certificate (PKCS #12), a file",
    example: "./deployer.pfx",
  }).optional(),
  clientCertificatePassword: nonEmpty({
    means: "the certificate's password, only ever as a secret of the stack",
  }).optional(),
  oidcTokenFilePath: nonEmpty({ means: "file with a token of the CI system", example: "/var/run/token" }).optional(),
  useOidc: documented(z.boolean(), {
    means: "sign in with the CI system's token",
    expected: "true or false",
  }).optional(),
  useMsi: documented(z.boolean(), {
    means: "sign in as the machine's managed identity",
    expected: "true or false",
  }).optional(),
  useDefaultAzureCredential: documented(z.boolean(), {
    means: "sign in as `DefaultAzureCredential` does",
    expected: "true or false",
  }).optional(),
});

export const tenantSchema = z.strictObject({
  tenantId: guid({
    means: "the Microsoft Entra tenant",
    expected: "the tenant's GUID, as `az account show --query tenantId` prints it",
    example: "aaaaaaaa-0000-4000-8000-00000000000a",
  }).transform(tenantId),
  subscriptionId: guid({
    means: "the subscription of that tenant in which the stack works",
    expected: "the subscription's GUID, as `az account show --query id` prints it",
    example: "aaaaaaaa-1111-4111-8111-11111111111a",
  }).transform(subscriptionId),
  location: pattern(/^[a-z][a-z0-9]+$/, "is not the short name of an Azure region", {
    means: "the region of what the stack makes",
    expected: "a region's short name, as `az account list-locations` lists it",
    example: "eastus",
  }),
  environment: documented(z.enum(environments), {
    means: "the Azure cloud; both tenants have to be in the same one",
    example: "public",
  }).default("public"),
  credentials: documented(credentialsSchema, { means: "how to sign in to this tenant" }).optional(),
  tags: tags({ means: "tags of every resource made in this tenant", example: { team: "platform" } }).optional(),
});

export type Credentials = z.output<typeof credentialsSchema>;
export type Tenant = z.output<typeof tenantSchema>;
