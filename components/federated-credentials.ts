import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity";
import * as pulumi from "@pulumi/pulumi";
import { credentialName } from "../federation/credential-name";
import type { IssuerUrl } from "../federation/issuer";
import type { PlannedTrust, TrustedIssuer } from "../plan/identity-trusts";

export interface FederatedCredentialsArgs {
  readonly identityName: string;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly identity: UserAssignedIdentity;
  readonly trusts: readonly PlannedTrust[];
  /** Issuer of the cluster that this same stack makes, for the trusts that want it. */
  readonly ownIssuer: pulumi.Output<IssuerUrl> | undefined;
}

/** A trust as it was deployed. */
export interface DeployedTrust {
  readonly issuer: pulumi.Output<string>;
  readonly subject: string;
  readonly audience: string;
  readonly credential: FederatedIdentityCredential;
}

/**
 * One credential after the other: Azure refuses writes side by side on one identity (409
 * `ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity`), deletes included, which Pulumi does in the
 * opposite order.
 */
export function federatedCredentials(args: FederatedCredentialsArgs, parent: pulumi.Resource): DeployedTrust[] {
  const deployed: DeployedTrust[] = [];
  for (const { key, subject, audience, issuer } of args.trusts) {
    const issuerOutput = pulumi.output(issuerOf(issuer, args.ownIssuer));
    const before = deployed.at(-1);
    const credential = new FederatedIdentityCredential(
      `${args.identityName}/${key}`,
      {
        federatedIdentityCredentialResourceName: issuerOutput.apply((known) => credentialName(known, subject)),
        resourceGroupName: args.resourceGroupName,
        resourceName: args.identity.name,
        issuer: issuerOutput,
        subject,
        audiences: [audience],
      },
      {
        parent,
        dependsOn: before ? [before.credential] : [],
        // A pair of issuer and subject exists once per identity, so the old one has to go before the new one comes.
        deleteBeforeReplace: true,
      },
    );
    deployed.push({ issuer: credential.issuer, subject, audience, credential });
  }
  return deployed;
}

function issuerOf(issuer: TrustedIssuer, own: pulumi.Output<IssuerUrl> | undefined): pulumi.Input<string> {
  if ("known" in issuer) return issuer.known;
  if (own === undefined) throw new Error(`no cluster ${issuer.ofCluster} in this stack`);
  return own;
}
