import { azureIssuer } from "../../../federation/azure-issuer";
import { sameId } from "../../../federation/ids";
import { type CheckedConfig, isUnread, type Rule } from "../rule";

/** Rules of the issuer that config gives, of a cluster that cannot say it to Azure. */

const oneIssuer: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "kubernetes") return [];
  const { oidcIssuerUrl, publishIssuer } = cluster;
  if (oidcIssuerUrl !== undefined && publishIssuer !== undefined) {
    return [
      {
        path: ["cluster", "publishIssuer"],
        fault: "publishes an issuer, and `oidcIssuerUrl` says that the cluster has one already",
        expected: "one of both",
        advice: "remove `oidcIssuerUrl`: the published issuer's address is an output of this stack",
      },
    ];
  }
  if (oidcIssuerUrl !== undefined || publishIssuer !== undefined) return [];
  if (isUnread(checked, cluster, "oidcIssuerUrl") || isUnread(checked, cluster, "publishIssuer")) return [];
  return [
    {
      path: ["cluster", "oidcIssuerUrl"],
      fault: "is missing: nothing says which issuer tenant B is to trust",
      expected: "the cluster's issuer, or `publishIssuer` for a cluster without a public one",
      advice: "take `issuer` of what this prints: kubectl get --raw /.well-known/openid-configuration",
    },
  ];
};

/** An issuer of AKS or Arc names its tenant: one of another tenant belongs to somebody else's cluster. */
const issuerOfTenantA: Rule = ({ config: { cluster, tenantA } }) => {
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "kubernetes") return [];
  const { oidcIssuerUrl } = cluster;
  const tenant = oidcIssuerUrl === undefined ? undefined : azureIssuer(oidcIssuerUrl)?.tenant;
  if (tenant === undefined || tenantA?.tenantId === undefined || sameId(tenant, tenantA.tenantId)) return [];
  return [
    {
      path: ["cluster", "oidcIssuerUrl"],
      fault: `belongs to a cluster of tenant ${tenant}, not of tenantA`,
      value: oidcIssuerUrl,
      expected: `an issuer with ${tenantA.tenantId} in it`,
      advice: "compare it with what this prints: kubectl get --raw /.well-known/openid-configuration",
    },
  ];
};

export const clusterIssuerRules: readonly Rule[] = [oneIssuer, issuerOfTenantA];

/** Another company's cluster may well be of another tenant; but where tenantA is given, it is likely the one meant. */
export function typedInIssuerNotes({ config: { cluster, tenantA } }: CheckedConfig): string[] {
  if (cluster === undefined || "kind" in cluster || !("oidcIssuerUrl" in cluster)) return [];
  const issuer = cluster.oidcIssuerUrl;
  const tenant = issuer === undefined ? undefined : azureIssuer(issuer)?.tenant;
  if (tenant === undefined || tenantA?.tenantId === undefined || sameId(tenant, tenantA.tenantId)) return [];
  return [
    `Issuer ${issuer} (cluster.oidcIssuerUrl) belongs to a cluster of tenant ${tenant}, and tenantA is ${tenantA.tenantId}. Is it the right cluster's? Compare it with \`az aks show --query oidcIssuerProfile.issuerUrl\`.`,
  ];
}
