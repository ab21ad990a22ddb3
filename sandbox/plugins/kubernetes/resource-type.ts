/** A Kubernetes kind with its API version as the API server writes it: `v1`, `apps/v1`. */
export interface ObjectKind {
  apiVersion: string;
  kind: string;
}

/** Namespace (empty when cluster-scoped) and name of an object. */
export interface ObjectName {
  namespace: string;
  name: string;
}

/**
 * Reads a type token such as `kubernetes:apps/v1:Deployment`; the core group is written `core/v1`.
 * @throws Error for the types that are not one Kubernetes object: lists, patches, Helm, Kustomize and YAML
 */
export function parseType(type: string): ObjectKind {
  const [pkg, module, kind, ...rest] = type.split(":");
  const [group, version, ...more] = (module ?? "").split("/");
  if (/^(helm|kustomize|yaml)\b/.test(module ?? "")) {
    throw new Error(
      `${type} is not available in the sandbox's stand-in for the Kubernetes provider. Declare its objects as resources of their own.`,
    );
  }
  if (pkg !== "kubernetes" || !group || !version || !kind || rest.length > 0 || more.length > 0) {
    throw new Error(
      `"${type}" is not a type of the Kubernetes provider. Types look like kubernetes:apps/v1:Deployment or kubernetes:core/v1:Pod.`,
    );
  }
  if (kind.endsWith("List")) {
    throw new Error(
      `${type} is a list: lists exist for YAML manifests and Helm charts and cannot be created. Use ${type.slice(0, -"List".length)} for each item.`,
    );
  }
  if (kind.endsWith("Patch")) {
    throw new Error(
      `${type} is a patch, which the sandbox's stand-in for the Kubernetes provider does not offer. Declare the whole object as ${type.slice(0, -"Patch".length)}.`,
    );
  }
  return { apiVersion: group === "core" ? version : `${group}/${version}`, kind };
}

/** API group of an API version; "" is the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** Resource id as the Kubernetes provider writes it: `namespace/name`, or `name` when cluster-scoped. */
export function formatId({ namespace, name }: ObjectName): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/**
 * Reads a resource id.
 * @throws Error when there is no name in it, or more than two parts
 */
export function parseId(id: string): ObjectName {
  const parts = id.split("/");
  const name = parts.at(-1) ?? "";
  if (name === "" || parts.length > 2 || (parts.length === 2 && parts[0] === "")) {
    throw new Error(`"${id}" is not the id of a Kubernetes object. Write namespace/name, or name when it has none.`);
  }
  return { namespace: parts.length === 2 ? (parts[0] ?? "") : "", name };
}
