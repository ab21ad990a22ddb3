import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { azureIssuer } from "../../federation/azure-issuer";
import { sameId, type TenantId } from "../../federation/ids";
import { type IssuerUrl, issuerFault, issuerUrl } from "../../federation/issuer";
import { connectedClusters } from "./arc-api";

/** What matters here of a connected cluster as Resource Manager answers it (azure-rest-api-specs, hybridkubernetes). */
const answerSchema = z.looseObject({
  id: z.string(),
  kind: z.string().nullish(),
  identity: z.looseObject({ tenantId: z.string().nullish() }).nullish(),
  properties: z.looseObject({
    connectivityStatus: z.string().nullish(),
    lastConnectivityTime: z.string().nullish(),
    oidcIssuerProfile: z
      .looseObject({
        enabled: z.boolean().nullish(),
        issuerUrl: z.string().nullish(),
        selfHostedIssuerUrl: z.string().nullish(),
      })
      .nullish(),
    securityProfile: z
      .looseObject({ workloadIdentity: z.looseObject({ enabled: z.boolean().nullish() }).nullish() })
      .nullish(),
  }),
});

export interface ArcEnabledExpectation {
  readonly name: string;
  readonly resourceGroup: string;
  /** Tenant A, which the cluster has to belong to. */
  readonly tenantId: TenantId;
  /** Whether pods of this stack need the workload identity webhook. */
  readonly runsWorkloads: boolean;
}

/** An Arc-enabled cluster whose issuer tenant B can trust. */
export interface ArcEnabledCluster {
  readonly id: string;
  readonly issuer: IssuerUrl;
  /** What does not keep anything from being deployed, but will be a trouble. */
  readonly warnings: readonly string[];
}

/**
 * Checks what Azure says about an Arc-enabled cluster.
 * @throws pulumi.RunError, one text per fault: other tenant, features off, issuer not there or not usable
 */
export function checkArcEnabled(answer: unknown, expected: ArcEnabledExpectation): ArcEnabledCluster {
  const { name, resourceGroup, tenantId } = expected;
  const place = `cluster ${name} in resource group ${resourceGroup}`;
  const read = answerSchema.safeParse(answer);
  if (!read.success) throw unreadable(place, read.error, `az connectedk8s show -n ${name} -g ${resourceGroup}`);
  const { id, kind, identity, properties } = read.data;
  const update = `az connectedk8s update -n ${name} -g ${resourceGroup} --enable-oidc-issuer --enable-workload-identity`;
  const show = `az connectedk8s show -n ${name} -g ${resourceGroup}`;
  const offline = agentsAway(name, properties);

  const owner = identity?.tenantId;
  if (owner && !sameId(owner, tenantId)) {
    throw fault(`The Arc agents of ${place} sign in to another tenant than tenant A.`, [
      ["tenant A", `${tenantId} (tenantA.tenantId)`],
      ["cluster's", `${owner} (identity.tenantId)`],
      [
        "to do",
        "name a cluster of tenant A; one that moved with its subscription has to be connected anew: az connectedk8s delete, then connect",
      ],
    ]);
  }

  const off = [
    ...(properties.oidcIssuerProfile?.enabled === true ? [] : ["the OIDC issuer (oidcIssuerProfile.enabled)"]),
    ...(!expected.runsWorkloads || properties.securityProfile?.workloadIdentity?.enabled === true
      ? []
      : ["workload identity (securityProfile.workloadIdentity.enabled)"]),
  ];
  if (off.length > 0 && kind?.toLowerCase() === "provisionedcluster") {
    throw fault(`AKS Arc ${place} was made without ${off.join(" and ")}, and these cannot be switched on later.`, [
      ["where", id],
      [
        "to do",
        "make a new cluster with both: kind aksArc does, or az aksarc create … --enable-oidc-issuer --enable-workload-identity",
      ],
    ]);
  }
  if (off.length > 0) {
    throw fault(`Arc-enabled ${place} has ${off.join(" and ")} switched off.`, [
      ["where", id],
      ...(offline === undefined ? [] : [["also", offline] as const]),
      ["to do", update],
      [
        "then",
        "set --service-account-issuer of its API server to the issuer that this shows, where Arc does not manage the API server:",
      ],
      ["", `${show} --query oidcIssuerProfile.issuerUrl -o tsv`],
    ]);
  }

  // A cluster of a public cloud keeps the issuer that it had (az connectedk8s connect --self-hosted-issuer).
  const issuer = properties.oidcIssuerProfile?.issuerUrl || properties.oidcIssuerProfile?.selfHostedIssuerUrl;
  if (!issuer) {
    throw fault(`Arc-enabled ${place} has its OIDC issuer on, but Azure shows no issuer URL.`, [
      ["where", "oidcIssuerProfile.issuerUrl is empty"],
      ...(offline === undefined ? [] : [["cause", offline] as const]),
      [
        "to do",
        `wait some minutes for the agents, and look: ${show} --query "{agents:arcAgentProfile, issuer:oidcIssuerProfile}"`,
      ],
    ]);
  }
  const unusable = issuerFault(issuer);
  if (unusable !== undefined) {
    throw fault(`Entra ID cannot use the issuer of Arc-enabled ${place}: ${unusable}.`, [
      ["issuer", issuer],
      ["to do", `set another one: ${update} --self-hosted-issuer URL`],
    ]);
  }
  const issuerTenant = azureIssuer(issuer)?.tenant;
  if (issuerTenant !== undefined && !sameId(issuerTenant, tenantId)) {
    throw fault(`The issuer of Arc-enabled ${place} belongs to another tenant than tenant A.`, [
      ["tenant A", `${tenantId} (tenantA.tenantId)`],
      ["issuer", issuer],
      ["to do", "name a cluster of tenant A, or set tenantA to the tenant in the issuer"],
    ]);
  }
  return {
    id,
    issuer: issuerUrl(issuer),
    warnings:
      offline === undefined
        ? []
        : [
            `${offline} The issuer stays valid, but Azure cannot publish new signing keys until they are back, and tokens of a new key would be refused. Look with: ${show} --query connectivityStatus`,
          ],
  };
}

/** Azure has answered, but not what its specification says. */
function unreadable(place: string, { issues }: z.ZodError, show: string): pulumi.RunError {
  const paths = issues.map(({ path, message }) => `${path.join(".")} (${message})`);
  return fault(`What Azure says about ${place} has not the form of an Arc-enabled cluster.`, [
    ["where", paths.join(", ")],
    ["look", show],
    [
      "to do",
      `compare it with the Azure REST API, connectedClusters of ${connectedClusters.apiVersion}: another version may have come`,
    ],
  ]);
}

function agentsAway(
  name: string,
  {
    connectivityStatus,
    lastConnectivityTime,
  }: { connectivityStatus?: string | null; lastConnectivityTime?: string | null },
): string | undefined {
  if (connectivityStatus !== "Offline" && connectivityStatus !== "Expired") return undefined;
  const since = lastConnectivityTime ? ` since ${lastConnectivityTime}` : "";
  return connectivityStatus === "Expired"
    ? `The certificate of the Arc agents of cluster ${name} has expired; they have been away for too long${since}.`
    : `The Arc agents of cluster ${name} are offline${since}.`;
}

function fault(what: string, lines: readonly (readonly [string, string])[]): pulumi.RunError {
  const width = Math.max(...lines.map(([label]) => label.length)) + 3;
  return new pulumi.RunError(
    [
      `${what} Nothing in Azure or Kubernetes was changed.`,
      ...lines.map(([label, text]) => `  ${(label === "" ? "" : `${label}:`).padEnd(width)}${text}`),
    ].join("\n"),
  );
}
