import { getClientTokenOutput } from "@pulumi/azure-native/authorization/getClientToken";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import type * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "../federation/clouds";
import type { IssuerUrl } from "../federation/issuer";
import type { IdentityPlan } from "../plan/identity-trusts";
import { ResourceProviderRegistration } from "./resource-provider-registration";
import type { ConnectedTenant } from "./tenant-provider";
import { UserAssignedIdentity } from "./user-assigned-identity";

export interface IdentitySideArgs {
  readonly tenant: ConnectedTenant;
  readonly plans: readonly IdentityPlan[];
  readonly resourceProviders: readonly string[];
  /** Issuer of the cluster that this same stack makes. */
  readonly ownIssuer: pulumi.Output<IssuerUrl> | undefined;
}

/** What was made in tenant B. */
export interface IdentitySide {
  readonly identities: ReadonlyMap<string, UserAssignedIdentity>;
  readonly registrations: readonly ResourceProviderRegistration[];
}

/** Makes all of tenant B: resource groups, identities with trust and roles, registered resource providers. */
export function makeIdentitySide({ tenant, plans, resourceProviders, ownIssuer }: IdentitySideArgs): IdentitySide {
  const groups = new Map<string, ResourceGroup>();
  const groupOf = (name: string): ResourceGroup => {
    const key = name.toLowerCase();
    const group =
      groups.get(key) ??
      new ResourceGroup(
        name,
        { resourceGroupName: name, location: tenant.location, tags: tenant.tags },
        { provider: tenant.provider },
      );
    groups.set(key, group);
    return group;
  };

  const identities = new Map<string, UserAssignedIdentity>();
  for (const plan of plans) {
    const resourceGroup = groupOf(plan.identity.resourceGroup);
    identities.set(plan.identity.name, new UserAssignedIdentity({ plan, resourceGroup, tenant, ownIssuer }));
  }
  return { identities, registrations: registerProviders(resourceProviders, tenant) };
}

function registerProviders(namespaces: readonly string[], tenant: ConnectedTenant): ResourceProviderRegistration[] {
  if (namespaces.length === 0) return [];
  const endpoint = cloudOf(tenant.environment).resourceManager;
  const { token } = getClientTokenOutput({ endpoint }, { provider: tenant.provider });
  return namespaces.map(
    (namespace) =>
      new ResourceProviderRegistration(namespace, {
        namespace,
        subscriptionId: tenant.subscriptionId,
        environment: tenant.environment,
        token,
      }),
  );
}
