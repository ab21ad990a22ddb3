import type { JWK } from "jose";
import { isManagedIssuerHost } from "../azure-clouds.ts";
import { fetchDocument } from "../cluster-issuers.ts";
import type { World } from "../tenant.ts";
import { refusals } from "./errors.ts";

/** How long keys are used without asking the issuer again. A key id that is not among them asks at once. */
const cacheMs = 10_000;
const fetchTimeoutMs = 5_000;

interface Fetched {
  keys: JWK[];
  at: number;
}

/** Finds the public keys that issuers publish, through their discovery documents. */
export class IssuerKeys {
  readonly #cache = new Map<string, Fetched>();
  readonly #world: Pick<World, "issuers" | "address" | "log">;

  constructor(world: Pick<World, "issuers" | "address" | "log">) {
    this.#world = world;
  }

  /** The issuer's key with this id. Throws AADSTS90061 or AADSTS7000272. */
  async find(issuer: string, keyId: string): Promise<JWK> {
    const cached = this.#cache.get(issuer);
    if (cached !== undefined && Date.now() - cached.at < cacheMs) {
      const known = cached.keys.find((key) => key.kid === keyId);
      if (known !== undefined) return known;
    }
    const keys = await this.#fetch(issuer);
    this.#cache.set(issuer, { keys, at: Date.now() });
    const found = keys.find((key) => key.kid === keyId);
    if (found === undefined) throw refusals.unknownKey(keyId, issuer);
    return found;
  }

  async #fetch(issuer: string): Promise<JWK[]> {
    try {
      const cluster = this.#world.issuers.get(issuer);
      const managed = isManagedIssuer(issuer);
      if (managed && cluster === undefined) throw new Error("no running cluster has this issuer");
      const document =
        cluster !== undefined
          ? await cluster.openidConfiguration()
          : await fetchDocument(this.#world, discoveryUrl(issuer), fetchTimeoutMs);
      if (!isRecord(document) || document.issuer !== issuer) {
        throw new Error(
          `its discovery document names another issuer: ${JSON.stringify(isRecord(document) ? document.issuer : document)}`,
        );
      }
      const jwks =
        cluster !== undefined
          ? await cluster.jwks()
          : await fetchDocument(this.#world, String(document.jwks_uri), fetchTimeoutMs);
      if (!isRecord(jwks) || !Array.isArray(jwks.keys)) throw new Error("its key document has no keys");
      return jwks.keys.filter(isRecord);
    } catch (error) {
      this.#world.log(
        `entra: issuer ${issuer} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      );
      throw refusals.issuerUnreachable();
    }
  }
}

/** Where an issuer publishes its discovery document (OpenID Connect Discovery 1.0, section 4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

function isManagedIssuer(issuer: string): boolean {
  return URL.canParse(issuer) && isManagedIssuerHost(new URL(issuer).hostname);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
