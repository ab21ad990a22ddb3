import { generateKeyPair } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RotationStep } from "../tenants/cluster-backend.ts";

/** With what, and for whom, the API server signs service-account tokens. Files are PEM. */
export interface TokenSigning {
  /** The first one signs; tokens of the others are still good for the API server itself. */
  issuers: readonly string[];
  privateKey: string;
  /** Public keys whose tokens the API server accepts and serves at its key address, the signing one last. */
  publicKeys: readonly string[];
}

/** A step of a rotation that does not fit the keys that there are. */
export class RotationError extends Error {
  override readonly name = "RotationError";
}

/** The service-account keys and the issuer of one cluster, and how they change. Nothing takes effect before the API server is started with it. */
export class SigningKeys {
  readonly #directory: string;
  #count = 0;
  #signing: TokenSigning;

  private constructor(directory: string, issuerUrl: string) {
    this.#directory = directory;
    this.#signing = { issuers: [issuerUrl], privateKey: "", publicKeys: [] };
  }

  /** Makes the first key and writes it into `directory`, readable by the owner only. */
  static async create(directory: string, issuerUrl: string): Promise<SigningKeys> {
    const keys = new SigningKeys(directory, issuerUrl);
    await keys.#add();
    return keys;
  }

  get current(): TokenSigning {
    return this.#signing;
  }

  get issuerUrl(): string {
    return this.#signing.issuers[0] ?? "";
  }

  /** @throws RotationError when there is no former key to retire. */
  async rotate(step: RotationStep): Promise<void> {
    if (step === "add") return this.#add();
    const { publicKeys } = this.#signing;
    if (publicKeys.length < 2) {
      throw new RotationError("There is one signing key only, and it is in use. Add a key first, then retire the old.");
    }
    this.#signing = { ...this.#signing, publicKeys: publicKeys.slice(-1) };
  }

  setIssuer(issuerUrl: string): void {
    const former = this.#signing.issuers.filter((each) => each !== issuerUrl);
    this.#signing = { ...this.#signing, issuers: [issuerUrl, ...former] };
  }

  async #add(): Promise<void> {
    this.#count += 1;
    // RSA: the only algorithm that Microsoft Entra ID accepts for federated tokens is RS256.
    const keys = await promisify(generateKeyPair)("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const publicKey = this.#write(`service-account-${this.#count}.pub`, keys.publicKey);
    this.#signing = {
      issuers: this.#signing.issuers,
      privateKey: this.#write(`service-account-${this.#count}.key`, keys.privateKey),
      publicKeys: [...this.#signing.publicKeys, publicKey],
    };
  }

  #write(file: string, text: string): string {
    const path = join(this.#directory, file);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}
