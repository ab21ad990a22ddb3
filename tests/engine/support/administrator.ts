import { type ArmAnswer, armRequest } from "./arm.ts";
import type { Engine } from "./engine.ts";

export type ArmSender = (method: string, path: string, apiVersion: string, body?: unknown) => Promise<ArmAnswer>;

/** Requests to Resource Manager as somebody who owns the tenant's subscription, and so may do what no deployer may. */
export async function administratorOf(engine: Engine, tenantKey: string): Promise<ArmSender> {
  const { session } = engine.sandbox;
  const { clientId, clientSecret } = await engine.admin<{ clientId: string; clientSecret: string }>(
    "POST",
    "/sandbox/administrators",
    { tenant: tenantKey },
  );
  const tenants = session.tenants.map((tenant) =>
    tenant.key === tenantKey ? { ...tenant, deployer: { ...tenant.deployer, clientId, clientSecret } } : tenant,
  );
  return (method, path, apiVersion, body) =>
    armRequest({ ...session, tenants }, tenantKey, method, path, apiVersion, body);
}
