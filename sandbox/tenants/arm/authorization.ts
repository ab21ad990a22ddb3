import { decodeJwt, errors, type JWTPayload } from "jose";
import { type CloudNames, namesOf } from "../azure-clouds.ts";
import { v1Issuer } from "../entra/discovery.ts";
import type { Tenant, World } from "../tenant.ts";
import { ArmError, armErrors } from "./errors.ts";

/** Who calls, as the access token says. */
export interface Caller {
  objectId: string;
  clientId: string;
  issuer: string;
}

/**
 * The caller behind a bearer token and the tenant that issued it. Whether that is the subscription's tenant is
 * the caller of this function's to check; `owner` only makes refusals point to the right authority. `asked` is the cloud
 * by whose name Resource Manager was reached; it knows the keys of its own Entra ID only.
 */
export async function identifyCaller(
  world: World,
  authorization: string | undefined,
  owner: Tenant | undefined,
  asked: CloudNames | undefined,
): Promise<{ caller: Caller; tenant: Tenant }> {
  const token = /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw armErrors.missingToken(
      owner?.spec.tenantId ?? "common",
      asked ?? namesOf(owner?.spec.environment ?? "public"),
    );
  }
  const tenant = issuingTenant(world, token);
  if (tenant === undefined) throw armErrors.invalidToken();
  const cloud = namesOf(tenant.spec.environment);
  if (asked !== undefined && asked !== cloud) throw armErrors.invalidToken();
  const claims = await verified(tenant, token);
  const audience = String(claims.aud);
  if (!cloud.audiences.includes(audience.replace(/\/$/, ""))) throw armErrors.wrongAudience(audience, cloud);
  return {
    tenant,
    caller: { objectId: String(claims.oid), clientId: String(claims.appid), issuer: String(claims.iss) },
  };
}

function issuingTenant(world: World, token: string): Tenant | undefined {
  try {
    const { iss } = decodeJwt(token);
    return world.tenants.find((tenant) => v1Issuer(tenant) === iss);
  } catch {
    return undefined;
  }
}

async function verified(tenant: Tenant, token: string): Promise<JWTPayload> {
  try {
    return await tenant.key.verify(token);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw armErrors.expiredToken(new Date(Number(error.payload.exp) * 1000));
    }
    if (error instanceof ArmError) throw error;
    throw armErrors.invalidToken();
  }
}
