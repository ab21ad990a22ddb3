/** One block of a role definition. */
export interface Permission {
  actions: string[];
  notActions: string[];
  dataActions: string[];
  notDataActions: string[];
}

/**
 * Whether a pattern of a role definition covers an action. `*` stands for any text, slashes included; letters match in
 * any case. Source: learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
 */
export function actionMatches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const text = action.toLowerCase();
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether one permission block grants an action: an action pattern matches and no not-action takes it away. */
export function grants(permission: Permission, action: string, plane: "control" | "data" = "control"): boolean {
  const [allowed, excluded] =
    plane === "control"
      ? [permission.actions, permission.notActions]
      : [permission.dataActions, permission.notDataActions];
  return (
    allowed.some((pattern) => actionMatches(pattern, action)) &&
    !excluded.some((pattern) => actionMatches(pattern, action))
  );
}

/** Whether an assignment at `scope` reaches `target`: the scope itself or anything below it, in any case. */
export function scopeCovers(scope: string, target: string): boolean {
  const above = normal(scope);
  const below = normal(target);
  return above === "" || below === above || below.startsWith(`${above}/`);
}

/** What decides a request: a grant of permissions at a scope. */
export interface Grant {
  scope: string;
  permissions: Permission[];
}

/** Azure adds grants up: one that covers the scope and grants the action is enough. Deny is the default. */
export function isAllowed(
  grantsHeld: Iterable<Grant>,
  action: string,
  target: string,
  plane: "control" | "data" = "control",
): boolean {
  for (const { scope, permissions } of grantsHeld) {
    if (scopeCovers(scope, target) && permissions.some((permission) => grants(permission, action, plane))) return true;
  }
  return false;
}

function normal(scope: string): string {
  return scope.replace(/\/+$/, "").toLowerCase();
}
