import { createHash } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";

/** The RS256 key with which one tenant signs its access tokens. */
export class SigningKey {
  readonly publicJwk: JWK;
  readonly #privateKey: CryptoKey;
  readonly #publicKey: CryptoKey;

  private constructor(publicJwk: JWK, privateKey: CryptoKey, publicKey: CryptoKey) {
    this.publicJwk = publicJwk;
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  static async generate(): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const jwk = await exportJWK(publicKey);
    const kid = thumbprint(await calculateJwkThumbprint(jwk));
    return new SigningKey({ ...jwk, kid, x5t: kid, use: "sig", alg: "RS256" }, privateKey, publicKey);
  }

  sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: this.publicJwk.kid, x5t: this.publicJwk.kid })
      .sign(this.#privateKey);
  }

  /** The claims of a token of this tenant; throws jose's errors when it is not one or has expired. */
  async verify(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#publicKey, { algorithms: ["RS256"] });
    return payload;
  }
}

/** Entra ID's key ids are the keys' x5t: 20 bytes, which Go's clients insist on (RFC 7517, 4.8). */
function thumbprint(text: string): string {
  return createHash("sha1").update(text).digest("base64url");
}
