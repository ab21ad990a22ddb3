import * as pulumi from "@pulumi/pulumi";
import { namespace } from "../../config/stack";
import { tenantA, tenantB } from "./config-fixtures";

type Inputs = Record<string, unknown>;

export interface Created {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  /** Name of the provider instance; empty for a default provider or none. */
  readonly provider: string;
}

export const issuer = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";
export const clientId = "dddddddd-0000-4000-8000-00000000000d";
export const principalId = "eeeeeeee-0000-4000-8000-00000000000e";

export interface World {
  /** Outputs of other stacks by full name; a stack that is not listed does not exist. */
  readonly stacks?: Record<string, Inputs>;
  /** Tenant that all credentials turn out to be of. */
  readonly signedInTo?: string;
  /** Functions that fail, by token and provider ("… in tenantB") or by role ("role GUID"), with what they answer. */
  readonly failing?: Record<string, string>;
  readonly preview?: boolean;
  /** The managed cluster that exists. */
  readonly existing?: Inputs;
  /** The user credential of every cluster. */
  readonly kubeconfig?: string;
}

export interface Run {
  readonly created: readonly Created[];
  readonly warnings: readonly string[];
  readonly outputs: Inputs;
  readonly error?: Error;
}

/** A run of the program against mocks that record every resource and refuse every type that nobody expected. */
export async function runProgram(config: Inputs, world: World = {}, secretKeys: string[] = []): Promise<Run> {
  const created: Created[] = [];
  const warnings: string[] = [];
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warnings.push(text));
  await pulumi.runtime.setMocks(mocks(created, world), namespace, "test", world.preview ?? false, "organization");
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `${namespace}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    secretKeys.map((key) => `${namespace}:${key}`),
  );
  try {
    const program: () => Promise<Inputs> = require("../../index");
    const outputs = await program();
    await pulumi.runtime.disconnect();
    return { created, warnings, outputs: await settled(outputs) };
  } catch (error) {
    return { created, warnings, outputs: {}, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    warn.mockRestore();
  }
}

function settled(outputs: Inputs): Promise<Inputs> {
  return new Promise((resolve) => {
    pulumi.output(outputs).apply(resolve);
  });
}

export function ofType(created: readonly Created[], type: string): Created[] {
  return created.filter((each) => each.type === type);
}

function mocks(created: Created[], world: World): pulumi.runtime.Mocks {
  return {
    newResource(args) {
      const { type, name, inputs } = args;
      const provider = nameOf(args.provider);
      created.push({ type, name, inputs, provider });
      return { id: idOf(type, inputs, name), state: { ...inputs, ...stateOf(type, inputs, world) } };
    },
    call({ token, inputs, provider }) {
      const tenant = nameOf(provider) === "tenantA" ? tenantA : tenantB;
      const failure =
        world.failing?.[`${token} in ${nameOf(provider)}`] ?? world.failing?.[`role ${inputs.roleDefinitionId}`];
      if (failure !== undefined) throw answered(failure);
      return answerOf(token, inputs, world, world.signedInTo ?? tenant.tenantId);
    },
  };
}

/** An error as the engine hands it over. */
function answered(details: string): Error {
  return Object.assign(new Error(details), { details });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The logical name in a provider's reference, URN::ID. */
function nameOf(provider: string | undefined): string {
  return provider?.split("::").at(-2) ?? "";
}

function idOf(type: string, inputs: Inputs, name: string): string {
  if (type === "pulumi:pulumi:StackReference") return String(inputs.name);
  return `/subscriptions/x/${type.split(":").at(-1)}/${name}`;
}

function stateOf(type: string, inputs: Inputs, world: World): Inputs {
  switch (type) {
    case "azure-native:resources:ResourceGroup":
      return { name: inputs.resourceGroupName };
    case "azure-native:containerservice:ManagedCluster":
      return { name: inputs.resourceName, oidcIssuerProfile: { enabled: true, issuerURL: issuer } };
    case "pulumi-nodejs:dynamic/azure:ManagedClusterFeatures":
      return { issuerUrl: issuer };
    case "azure-native:managedidentity:UserAssignedIdentity":
      return { name: inputs.resourceName, clientId, principalId, tenantId: tenantB.tenantId };
    case "pulumi:pulumi:StackReference":
      return { outputs: world.stacks?.[String(inputs.name)] ?? {}, secretOutputNames: [] };
    case "azure-native:managedidentity:FederatedIdentityCredential":
    case "azure-native:authorization:RoleAssignment":
    case "azure-native:containerservice:AgentPool":
    case "pulumi-nodejs:dynamic/azure:ResourceProviderRegistration":
    case "pulumi:providers:azure-native":
    case "pulumi:providers:kubernetes":
    case "pulumi:pulumi:Stack":
    case "kubernetes:core/v1:Namespace":
    case "kubernetes:core/v1:ServiceAccount":
    case "kubernetes:core/v1:Pod":
    case "kubernetes:apps/v1:Deployment":
    case "kubernetes:batch/v1:Job":
    case "kubernetes:batch/v1:CronJob":
      return {};
    default:
      if (type.startsWith("cross-tenant-identity:")) return {};
      throw new Error(`nobody expected a ${type}`);
  }
}

function answerOf(token: string, inputs: Inputs, world: World, tenantId: string): Inputs {
  switch (token) {
    case "azure-native:authorization:getClientConfig":
      return { tenantId, clientId, objectId: principalId, subscriptionId: "" };
    case "azure-native:authorization:getRoleDefinition":
      return { id: `${inputs.scope}/${inputs.roleDefinitionId}`, name: inputs.roleDefinitionId };
    case "azure-native:authorization:getClientToken":
      return { token: "access-token" };
    case "azure-native:containerservice:listManagedClusterUserCredentials":
      return { kubeconfigs: [{ name: "clusterUser", value: base64(world.kubeconfig ?? "apiVersion: v1") }] };
    case "azure-native:containerservice:getManagedCluster":
      if (world.existing === undefined) throw answered('Status=404 Code="ResourceNotFound"');
      return world.existing;
    case "pulumi:pulumi:readStackOutputs":
      if (world.stacks?.[String(inputs.name)] === undefined) throw answered(`unknown stack "${inputs.name}"`);
      return { name: inputs.name, outputs: world.stacks[String(inputs.name)] };
    default:
      throw new Error(`nobody expected a call of ${token}`);
  }
}
