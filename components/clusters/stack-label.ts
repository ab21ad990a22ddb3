import { createHash } from "node:crypto";

/**
 * A label value that is this stack's alone: ORGANIZATION.PROJECT.STACK where Kubernetes accepts it (63 characters,
 * "Labels and Selectors") and no name has a dot itself, else as much of it as fits, with a digest of the whole.
 */
export function stackLabel(organization: string, project: string, stack: string): string {
  const parts = [organization, project, stack];
  const text = parts.join(".");
  const accepted = /^[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]$/.test(text);
  if (accepted && !parts.some((part) => part.includes("."))) return text;
  const digest = createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 16);
  const start = text
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 46);
  return `${start}-${digest}`;
}
