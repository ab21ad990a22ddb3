import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { SandboxSession } from "./session.ts";

/** What one simulated tenant holds, beside what the sandbox itself put there. */
export interface TenantInventory {
  key: string;
  resources: { id: string; type: string }[];
  roleAssignments: { id: string }[];
  federatedCredentials: { id: string }[];
}

/** Asks the running sandbox what its tenants hold. */
export async function inventory(session: SandboxSession): Promise<TenantInventory[]> {
  const byTenant = await adminRequest<Record<string, Omit<TenantInventory, "key">>>(
    session,
    "GET",
    "/sandbox/inventory",
  );
  return Object.entries(byTenant).map(([key, held]) => ({ key, ...held }));
}

export type AdminMethod = "GET" | "PUT" | "POST" | "DELETE";

/** A request to the sandbox's own `/sandbox/*` paths, which only the holder of its key may use. */
export function adminRequest<Answer>(
  session: SandboxSession,
  method: AdminMethod,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const key = readFileSync(session.adminKeyFile, "utf8").trim();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, session.cloud),
      {
        method,
        ca: readFileSync(session.caFile),
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const ok = response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300;
          if (ok) resolve(JSON.parse(text === "" ? "null" : text));
          else reject(new Error(`The sandbox answered ${response.statusCode} to ${method} ${path}: ${text}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
