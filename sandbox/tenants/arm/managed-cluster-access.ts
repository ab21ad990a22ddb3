import { isIPv4 } from "node:net";
import { parse, stringify } from "yaml";
import type { AzureEnvironment, EntraIntegration } from "../cluster-backend.ts";
import { aksClientApplication, aksServerApplication } from "../entra/aks-sign-in.ts";
import { isRecord, recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";
import { invalidParameter } from "./managed-cluster-errors.ts";
import { parseRange } from "./managed-cluster-network.ts";

/** Names of the clouds as kubelogin has them from go-autorest. */
const cloudNames = {
  public: "AzurePublicCloud",
  usgovernment: "AzureUSGovernmentCloud",
  china: "AzureChinaCloud",
} as const satisfies Record<AzureEnvironment, string>;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Refuses what AKS refuses of who may reach the API server and how they sign in. `sku` decides nothing of it. */
export function checkAccess(properties: Record<string, unknown>, identityType: unknown): void {
  checkEntra(properties);
  checkApiServerAccess(recordAt(properties, "apiServerAccessProfile"), identityType);
}

function checkEntra(properties: Record<string, unknown>): void {
  const { aadProfile, disableLocalAccounts } = properties;
  if (disableLocalAccounts === true && !isRecord(aadProfile)) {
    // The text of the service: cilium/cilium#48265.
    throw new ArmError(
      400,
      "BadRequest",
      "Since kubernetes version 1.25, disableLocalAccounts can only be set on Azure AD integration enabled cluster. Please integrate your cluster with AAD.",
    );
  }
  if (!isRecord(aadProfile)) return;
  const groups: unknown[] = Array.isArray(aadProfile.adminGroupObjectIDs) ? aadProfile.adminGroupObjectIDs : [];
  const wrong = groups.find((group) => !guid.test(String(group)));
  // The exact words of the two are not confirmed.
  if (wrong !== undefined) {
    throw invalidParameter("aadProfile.adminGroupObjectIDs", `'${String(wrong)}' is no object id of a group (a GUID).`);
  }
  if (aadProfile.managed !== true) {
    throw invalidParameter("aadProfile.managed", "only AKS-managed integration is left: set it to true.");
  }
}

/** Rules of learn.microsoft.com/azure/aks/private-clusters and api-server-authorized-ip-ranges; the words are not confirmed. */
function checkApiServerAccess(access: Record<string, unknown>, identityType: unknown): void {
  const isPrivate = access.enablePrivateCluster === true;
  const ranges: unknown[] = Array.isArray(access.authorizedIPRanges) ? access.authorizedIPRanges : [];
  const parameter = "apiServerAccessProfile.authorizedIPRanges";
  if (isPrivate && ranges.length > 0)
    throw invalidParameter(parameter, "a private cluster can't have authorized IP ranges.");
  if (ranges.length > 200) throw invalidParameter(parameter, "a cluster has at most 200 of them.");
  for (const range of ranges) {
    const text = String(range);
    if (isIPv4(text) || parseRange(text) !== undefined) continue;
    throw invalidParameter(parameter, `'${text}' is no IPv4 address range such as 203.0.113.0/24.`);
  }
  const zone = access.privateDNSZone;
  if (zone === undefined || zone === null) return;
  if (!isPrivate) throw invalidParameter("apiServerAccessProfile.privateDNSZone", "it needs enablePrivateCluster.");
  const kind = String(zone).toLowerCase();
  if (kind === "none" && access.enablePrivateClusterPublicFQDN === false) {
    throw invalidParameter("apiServerAccessProfile.privateDNSZone", "'none' needs enablePrivateClusterPublicFQDN.");
  }
  if (kind === "system" || kind === "none") return;
  if (
    !/\/providers\/microsoft\.network\/privatednszones\/(\S+\.)?private(link)?\.[a-z0-9]+\.[a-z0-9.]+$/i.test(
      String(zone),
    )
  ) {
    throw invalidParameter(
      "apiServerAccessProfile.privateDNSZone",
      `'${String(zone)}' is not 'system', 'none', or the id of a private DNS zone privatelink.REGION.azmk8s.io.`,
    );
  }
  if (identityType !== "UserAssigned") {
    throw invalidParameter(
      "apiServerAccessProfile.privateDNSZone",
      "a zone of your own needs a user-assigned identity.",
    );
  }
}

/** Refuses to make a public cluster private or the other way (Azure/azure-cli#12669 quotes the answer). */
export function checkPrivateUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  const asked = wanted.enablePrivateCluster;
  if (asked === undefined || asked === null || asked === (current.enablePrivateCluster === true)) return;
  throw new ArmError(
    400,
    "BadRequest",
    "Changing enablePrivateCluster is not allowed. It can only be set while creating the cluster.",
  );
}

/** Refuses the administrator's credential where local accounts are off (Azure/azure-cli and Microsoft Learn quote it). */
export function checkStaticCredential(properties: Record<string, unknown>): void {
  if (properties.disableLocalAccounts !== true) return;
  throw new ArmError(
    400,
    "BadRequest",
    "Getting static credential is not allowed because this cluster is set to disable local accounts. For more details, see https://learn.microsoft.com/en-us/azure/aks/manage-local-accounts-managed-azure-ad",
  );
}

/** Whose tokens the API server takes. Azure RBAC for Kubernetes is not simulated: without an admin group nobody gets in. */
export function entraOf(
  properties: Record<string, unknown>,
  address: { port: number; caFile: string },
): EntraIntegration | undefined {
  const { aadProfile } = properties;
  if (!isRecord(aadProfile)) return undefined;
  const groups: unknown[] = Array.isArray(aadProfile.adminGroupObjectIDs) ? aadProfile.adminGroupObjectIDs : [];
  return {
    tenantId: String(aadProfile.tenantID),
    adminGroupObjectIds: groups.map(String),
    cloudPort: address.port,
    caFile: address.caFile,
  };
}

/** A kubeconfig without a secret: kubelogin signs in to Microsoft Entra ID. As AKS writes it for both formats since 1.24. */
export function entraKubeconfig(kubeconfig: string, user: string, tenantId: string, cloud: AzureEnvironment): string {
  const parsed: unknown = parse(kubeconfig);
  if (!isRecord(parsed)) throw new Error("The cluster's kubeconfig is no YAML object.");
  const contexts: unknown[] = Array.isArray(parsed.contexts) ? parsed.contexts : [];
  const login = { "server-id": aksServerApplication, "client-id": aksClientApplication, "tenant-id": tenantId };
  const options = Object.entries({ environment: cloudNames[cloud], ...login, login: "devicecode" });
  return stringify({
    ...parsed,
    contexts: contexts.filter(isRecord).map((each) => ({ ...each, context: { ...recordAt(each, "context"), user } })),
    users: [
      {
        name: user,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: ["get-token", ...options.flatMap(([name, value]) => [`--${name}`, value])],
            env: null,
            installHint:
              "\nkubelogin is not installed which is required to connect to AAD enabled cluster.\n\nTo learn more, please go to https://aka.ms/aks/kubelogin\n",
            provideClusterInfo: false,
          },
        },
      },
    ],
  });
}
