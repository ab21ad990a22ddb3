import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stackFilePattern } from "../deploy/order.ts";
import type { AzureEnvironment } from "./tenants/cluster-backend.ts";

/** One simulated Microsoft Entra tenant with its one subscription. */
export interface TenantSpec {
  /** The key of the stack config that describes it: `tenantA`, `tenantB`. */
  key: string;
  displayName: string;
  tenantId: string;
  subscriptionId: string;
  location: string;
  /** The cloud of Azure that the tenant is in; it is unknown in the others. */
  environment: AzureEnvironment;
}

/** How long Azure's eventual consistency lasts here, in milliseconds. */
export interface PropagationDelays {
  federatedCredentialMs: number;
  roleAssignmentMs: number;
  identityMs: number;
}

/** What the sandbox simulates. */
export interface Topology {
  tenants: TenantSpec[];
  propagation: PropagationDelays;
  /** How long a client is told to wait between two looks at a long-running operation, in milliseconds. */
  operationPollMs: number;
}

const defaultTenants: readonly Omit<TenantSpec, "location" | "environment">[] = [
  {
    key: "tenantA",
    displayName: "Contoso",
    tenantId: "aaaaaaaa-0000-4000-8000-00000000000a",
    subscriptionId: "aaaaaaaa-1111-4111-8111-11111111111a",
  },
  {
    key: "tenantB",
    displayName: "Fabrikam",
    tenantId: "bbbbbbbb-0000-4000-8000-00000000000b",
    subscriptionId: "bbbbbbbb-1111-4111-8111-11111111111b",
  },
];

const defaultLocation = { public: "eastus", usgovernment: "usgovvirginia", china: "chinanorth3" } as const;

export const defaultPropagation: PropagationDelays = {
  federatedCredentialMs: 1500,
  roleAssignmentMs: 1000,
  identityMs: 500,
};

/** The topology with Contoso as tenant A and Fabrikam as tenant B, both in one cloud of Azure. */
export function defaultTopology(environment: AzureEnvironment = "public"): Topology {
  return {
    tenants: defaultTenants.map((tenant) => ({ ...tenant, environment, location: defaultLocation[environment] })),
    propagation: { ...defaultPropagation },
    operationPollMs: 300,
  };
}

/**
 * The default topology with the tenant and subscription ids, the regions and the clouds that the project's own stack
 * files name, so that a user's edited config can be rehearsed on the sandbox as it is. The first stack file (by name) that
 * names a tenant's ids wins; what it leaves out keeps its default.
 */
export function topologyOfProject(projectDir: string): Topology {
  const topology = defaultTopology();
  const configs = existsSync(projectDir)
    ? readdirSync(projectDir)
        .filter((name) => stackFilePattern.test(name))
        .sort()
        .reverse()
        .map((name) => stackConfig(join(projectDir, name)))
    : [];
  for (const tenant of topology.tenants) {
    for (const config of configs) {
      const described = config[`cross-tenant-identity:${tenant.key}`];
      if (isRecord(described)) adopt(tenant, described);
    }
  }
  return topology;
}

function adopt(tenant: TenantSpec, described: Record<string, unknown>): void {
  for (const property of ["tenantId", "subscriptionId", "location"] as const) {
    const value = described[property];
    if (typeof value === "string" && value !== "") tenant[property] = value;
  }
  const { environment } = described;
  if (environment === "public" || environment === "usgovernment" || environment === "china") {
    tenant.environment = environment;
  }
}

function stackConfig(file: string): Record<string, unknown> {
  try {
    const content: unknown = parse(readFileSync(file, "utf8"));
    return isRecord(content) && isRecord(content.config) ? content.config : {};
  } catch {
    return {}; // The program reports a stack file that cannot be read, with its own words.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
