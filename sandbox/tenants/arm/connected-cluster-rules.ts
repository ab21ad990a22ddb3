import { isRecord, recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";

/** The two features that workload identity needs of a connected cluster. */
export interface ArcFeatures {
  oidcIssuer: boolean;
  workloadIdentity: boolean;
}

/** A cluster that Azure Arc makes itself (AKS Arc), against one that only connects to it. */
export const provisionedKind = "ProvisionedCluster";

/** Name rule of the specification (HybridKubernetes, ConnectedCluster.tsp: 1–63 letters, numbers, '-', '_', '.'). */
export function checkConnectedClusterName(name: string): void {
  if (/^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(name)) return;
  throw badRequest(
    "InvalidResourceName",
    `The resource name '${name}' is invalid. It must have 1 to 63 letters, numbers, '-', '_' and '.', and begin and end with a letter or number.`,
  );
}

/** Whether this API version knows the issuer and workload identity (HybridKubernetes: since 2024-07-15-preview). */
export function knowsFeatures(apiVersion: string): boolean {
  return apiVersion >= "2024-07-15-preview";
}

/** Whether this API version knows the kind and the agents' state (HybridKubernetes: since 2023-11-01-preview). */
export function knowsKind(apiVersion: string): boolean {
  return apiVersion >= "2023-11-01-preview";
}

/** Refuses a body that the provider refuses. */
export function checkConnectedCluster(body: Record<string, unknown>, apiVersion: string): void {
  const properties = recordAt(body, "properties");
  if (recordAt(body, "identity").type !== "SystemAssigned") {
    throw badRequest(
      "BadRequest",
      "The connected cluster needs a system-assigned identity: set 'identity.type' to 'SystemAssigned'.",
    );
  }
  const certificate = properties.agentPublicKeyCertificate;
  if (typeof certificate !== "string") {
    throw badRequest("BadRequest", "Required property 'properties.agentPublicKeyCertificate' is missing (null).");
  }
  const kind = body.kind;
  if (kind !== undefined && kind !== null && kind !== provisionedKind) {
    throw badRequest("BadRequest", `The kind '${String(kind)}' is not one of ${provisionedKind}.`);
  }
  const provisioned = knowsKind(apiVersion) && kind === provisionedKind;
  // AVM avm/res/kubernetes/connected-cluster: "for ProvisionedCluster: an empty string".
  if (provisioned && certificate !== "") {
    throw badRequest(
      "BadRequest",
      `A connected cluster of kind ${provisionedKind} gets its certificate from Azure: give '' as 'properties.agentPublicKeyCertificate'.`,
    );
  }
  if (!provisioned && certificate === "") {
    throw badRequest("BadRequest", "The property 'properties.agentPublicKeyCertificate' must not be empty.");
  }
}

/**
 * The features that a body asks for; what it leaves out stays as it is.
 * Older API versions have no words for them, so they change nothing.
 */
export function wantedFeatures(
  body: Record<string, unknown>,
  apiVersion: string,
  current: ArcFeatures = { oidcIssuer: false, workloadIdentity: false },
): ArcFeatures {
  if (!knowsFeatures(apiVersion)) return current;
  const properties = recordAt(body, "properties");
  const issuer = recordAt(properties, "oidcIssuerProfile").enabled;
  const identity = recordAt(recordAt(properties, "securityProfile"), "workloadIdentity").enabled;
  return {
    oidcIssuer: typeof issuer === "boolean" ? issuer : current.oidcIssuer,
    workloadIdentity: typeof identity === "boolean" ? identity : current.workloadIdentity,
  };
}

/** Workload identity stands on the issuer (az connectedk8s: --enable-workload-identity needs --enable-oidc-issuer). */
export function checkFeaturePair({ oidcIssuer, workloadIdentity }: ArcFeatures): void {
  if (oidcIssuer || !workloadIdentity) return;
  // The wording of the service is not known.
  throw badRequest(
    "BadRequest",
    "Workload identity needs the OIDC issuer: 'properties.securityProfile.workloadIdentity' is enabled and 'properties.oidcIssuerProfile' is not. Enable both.",
  );
}

/**
 * What a provisioned cluster keeps for life: "You must enable workload identity when you create an AKS Arc cluster; it
 * can't be enabled afterwards" (learn.microsoft.com/azure/aks/aksarc/workload-identity). The code and wording of the
 * service's refusal are not known.
 */
export function checkFixedFeatures(name: string, wanted: ArcFeatures, current: ArcFeatures): void {
  const changed = (["oidcIssuer", "workloadIdentity"] as const).filter((key) => wanted[key] !== current[key]);
  if (changed.length === 0) return;
  const paths = {
    oidcIssuer: "oidcIssuerProfile.enabled",
    workloadIdentity: "securityProfile.workloadIdentity.enabled",
  };
  throw badRequest(
    "PropertyChangeNotAllowed",
    `The properties '${changed.map((key) => `properties.${paths[key]}`).join("', '")}' of the connected cluster '${name}' of kind ${provisionedKind} cannot be changed after its creation. Create another cluster, or give the old value.`,
  );
}

/** The kind and the certificate are settled when the resource is made. */
export function checkFixedKind(name: string, wanted: unknown, current: unknown, apiVersion: string): void {
  if (!knowsKind(apiVersion) || (wanted ?? undefined) === (current ?? undefined)) return;
  throw badRequest(
    "PropertyChangeNotAllowed",
    `The property 'kind' of the connected cluster '${name}' cannot be changed: it is '${String(current ?? "")}' and would become '${String(wanted ?? "")}'.`,
  );
}

/** What PATCH may change (HybridKubernetes, ConnectedClusterPatch). */
const patchable = ["distribution", "distributionVersion", "azureHybridBenefit", "gateway"];

/** The properties of a PATCH, when they are ones that PATCH may change. */
export function patchedProperties(body: Record<string, unknown>): Record<string, unknown> {
  const properties = isRecord(body.properties) ? body.properties : {};
  const unknown = Object.keys(properties).filter((name) => !patchable.includes(name));
  if (unknown.length === 0) return properties;
  throw badRequest(
    "BadRequest",
    `PATCH of a connected cluster cannot change ${unknown.map((name) => `'properties.${name}'`).join(", ")}: only tags and ${patchable.join(", ")}. Write the whole resource with PUT.`,
  );
}

function badRequest(code: string, message: string): ArmError {
  return new ArmError(400, code, message);
}
