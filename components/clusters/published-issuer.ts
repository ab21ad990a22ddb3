import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import { Blob } from "@pulumi/azure-native/storage/blob";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount";
import { StorageAccountStaticWebsite } from "@pulumi/azure-native/storage/storageAccountStaticWebsite";
import * as pulumi from "@pulumi/pulumi";
import type { KeySet } from "../../cluster-probe/reported-issuer";
import type { PlainKubernetes } from "../../config/cluster";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";

export interface PublishedIssuerArgs {
  readonly publish: NonNullable<PlainKubernetes["publishIssuer"]>;
  readonly tenant: ConnectedTenant;
  /** The cluster's public keys, read from its API server. */
  readonly keys: KeySet;
  /** The address as this stack last published it; undefined where another account may take its place. */
  readonly lastKnown: IssuerUrl | undefined;
}

/** Discovery document and keys of a cluster that the Internet cannot reach, where Entra ID can read them. */
export class PublishedIssuer extends pulumi.ComponentResource {
  /**
   * The website's address as Azure reports it, trailing slash included: so it is the same text in Azure's own answers
   * (`az storage account show --query primaryEndpoints.web`), in the API server's flags and in tenant B's trust.
   */
  public readonly url: pulumi.Output<IssuerUrl>;

  constructor(name: string, args: PublishedIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { publish, tenant, keys, lastKnown } = args;
    super("cross-tenant-identity:azure:PublishedIssuer", name, {}, { ...opts, provider: tenant.provider });
    const { location, tags } = tenant;

    const group = new ResourceGroup(
      publish.resourceGroup,
      { resourceGroupName: publish.resourceGroup, location, tags },
      { parent: this },
    );
    const account = new StorageAccount(
      publish.storageAccount,
      {
        accountName: publish.storageAccount,
        resourceGroupName: group.name,
        location,
        tags,
        kind: "StorageV2",
        // Copies in other zones or regions are not offered everywhere, and Entra ID keeps the keys for a while.
        sku: { name: "Standard_LRS" },
        minimumTlsVersion: "TLS1_2",
        enableHttpsTrafficOnly: true,
        // The website is public whatever this says (Microsoft Learn, "Static website hosting"); no other container is.
        allowBlobPublicAccess: false,
        allowCrossTenantReplication: false,
        // azure-native's Blob signs its requests with an account key that it asks Resource Manager for.
        allowSharedKeyAccess: true,
      },
      { parent: this },
    );
    const website = new StorageAccountStaticWebsite(
      publish.storageAccount,
      { accountName: account.name, resourceGroupName: group.name },
      // What lies in the account goes with it.
      { parent: this, deletedWith: account },
    );
    const reported = account.primaryEndpoints.apply(({ web }) => issuerUrl(web));
    // Of an account that changes, be it only a tag, a preview knows no address, and would show all that follows it replaced.
    this.url = pulumi.runtime.isDryRun() && lastKnown !== undefined ? pulumi.output(lastKnown) : reported;

    const document = (path: string, content: pulumi.Input<string>) =>
      new Blob(
        path,
        {
          blobName: path,
          accountName: account.name,
          resourceGroupName: group.name,
          containerName: website.containerName,
          contentType: "application/json",
          type: "Block",
          source: pulumi.output(content).apply((text) => new pulumi.asset.StringAsset(text)),
        },
        { parent: this, deletedWith: account },
      );
    document(keysPath, keySet(keys));
    document(
      discoveryPath,
      this.url.apply((url) => discoveryDocument(url)),
    );
    this.registerOutputs({ url: this.url });
  }
}

const discoveryPath = ".well-known/openid-configuration";
const keysPath = "openid/v1/jwks";

/** What Entra ID reads of an issuer, no more (azure-workload-identity, "Self-Managed Clusters"). */
export function discoveryDocument(issuer: IssuerUrl): string {
  return `${JSON.stringify(
    {
      issuer,
      jwks_uri: `${issuer.replace(/\/$/, "")}/${keysPath}`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
    undefined,
    2,
  )}\n`;
}

/** The keys in an order of their own, so that API servers that list them differently publish the same text. */
export function keySet({ keys }: KeySet): string {
  const sorted = [...keys].sort((left, right) => keyId(left).localeCompare(keyId(right)));
  return `${JSON.stringify({ keys: sorted }, undefined, 2)}\n`;
}

function keyId(key: Record<string, unknown>): string {
  return String(key.kid ?? "");
}
