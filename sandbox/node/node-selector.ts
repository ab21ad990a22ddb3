/** Whether a node with these labels has all that a pod's `nodeSelector` asks for. */
export function matchesSelector(selector: Record<string, string> | undefined, labels: Record<string, string>): boolean {
  return Object.entries(selector ?? {}).every(([name, value]) => labels[name] === value);
}
