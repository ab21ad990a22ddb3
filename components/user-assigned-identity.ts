import { UserAssignedIdentity as ManagedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import * as pulumi from "@pulumi/pulumi";
import { tokenExchangeAudience } from "../federation/audience";
import type { IssuerUrl } from "../federation/issuer";
import type { IdentityOutput } from "../federation/outputs";
import type { IdentityPlan } from "../plan/identity-trusts";
import { type DeployedTrust, federatedCredentials } from "./federated-credentials";
import { type DeployedRole, roleAssignments } from "./role-assignments";
import type { ConnectedTenant } from "./tenant-provider";

export interface UserAssignedIdentityArgs {
  readonly plan: IdentityPlan;
  readonly resourceGroup: ResourceGroup;
  readonly tenant: ConnectedTenant;
  /** Issuer of the cluster that this same stack makes. */
  readonly ownIssuer: pulumi.Output<IssuerUrl> | undefined;
}

/** A managed identity of tenant B, with the service accounts that may become it and the roles that it has. */
export class UserAssignedIdentity extends pulumi.ComponentResource {
  public readonly clientId: pulumi.Output<string>;
  public readonly principalId: pulumi.Output<string>;
  public readonly tenantId: pulumi.Output<string>;
  public readonly subscriptionId: string;
  /** What a workload has to wait for before its first token can be of use. */
  public readonly trustAndRoles: readonly pulumi.Resource[];

  private readonly trusts: readonly DeployedTrust[];
  private readonly roles: readonly DeployedRole[];
  private readonly pending: readonly string[];

  constructor(args: UserAssignedIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, resourceGroup, tenant } = args;
    const { name } = plan.identity;
    super("cross-tenant-identity:azure:UserAssignedIdentity", name, {}, { ...opts, provider: tenant.provider });

    const identity = new ManagedIdentity(
      name,
      { resourceName: name, resourceGroupName: resourceGroup.name, location: tenant.location, tags: tenant.tags },
      { parent: this },
    );
    this.clientId = identity.clientId;
    this.principalId = identity.principalId;
    this.tenantId = identity.tenantId;
    this.subscriptionId = tenant.subscriptionId;

    this.trusts = federatedCredentials(
      {
        identityName: name,
        resourceGroupName: resourceGroup.name,
        identity,
        trusts: plan.trusts,
        ownIssuer: args.ownIssuer,
      },
      this,
    );
    this.roles = roleAssignments(
      {
        identityName: name,
        principalId: identity.principalId,
        subscriptionId: tenant.subscriptionId,
        resourceGroup: { name: plan.identity.resourceGroup, id: resourceGroup.id },
        roles: plan.identity.roles,
      },
      this,
    );
    this.pending = plan.pending;
    this.trustAndRoles = [
      ...this.trusts.map(({ credential }) => credential),
      ...this.roles.map(({ assignment }) => assignment),
    ];
    this.registerOutputs({ clientId: this.clientId, principalId: this.principalId, tenantId: this.tenantId });
  }

  /** What other stacks read about this identity. */
  public output(): pulumi.Output<pulumi.Unwrap<IdentityOutput>> {
    return pulumi.output({
      clientId: this.clientId,
      principalId: this.principalId,
      tenantId: this.tenantId,
      subscriptionId: this.subscriptionId,
      trusts: [
        ...this.trusts.map(({ issuer, subject, audience }) => ({ issuer, subject, audience })),
        ...this.pending.map((subject) => ({ subject, audience: tokenExchangeAudience })),
      ],
      roles: this.roles.map(({ role, scope }) => ({ role, scope })),
    });
  }
}
