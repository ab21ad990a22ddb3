import type { V1Pod } from "@kubernetes/client-node";

/**
 * The value of a field that a pod may show to its own containers, or undefined for a field that this node does not know.
 * The list is that of the Kubernetes documentation, "Downward API", without resource fields.
 */
export function fieldValue(pod: V1Pod, fieldPath: string): string | undefined {
  const { metadata, spec, status } = pod;
  const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath);
  if (subscript) return metadata?.[subscript[1] === "labels" ? "labels" : "annotations"]?.[subscript[2] ?? ""] ?? "";
  switch (fieldPath) {
    case "metadata.name":
      return metadata?.name ?? "";
    case "metadata.namespace":
      return metadata?.namespace ?? "";
    case "metadata.uid":
      return metadata?.uid ?? "";
    case "metadata.labels":
      return keyValueLines(metadata?.labels);
    case "metadata.annotations":
      return keyValueLines(metadata?.annotations);
    case "spec.nodeName":
      return spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "";
    // Not the address that the pod's status shows: a program may listen on this one.
    case "status.podIP":
    case "status.podIPs":
      return loopback;
    case "status.hostIP":
    case "status.hostIPs":
      return status?.hostIP ?? loopback;
    default:
      return undefined;
  }
}

/** Address of the node, and the one on which its pods really listen: they share the machine's network. */
export const loopback = "127.0.0.1";

/** One `key="value"` a line, sorted, as the kubelet writes a map into a file. */
function keyValueLines(map: Record<string, string> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join("\n");
}
