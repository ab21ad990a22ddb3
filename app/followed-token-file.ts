import { stat } from "node:fs/promises";
import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";

/**
 * A credential that is opened anew whenever the projected token was renewed. `WorkloadIdentityCredential` keeps what it
 * read for five minutes: when the cluster has retired the key that signed it, every exchange is refused until then.
 */
export class FollowedTokenFile implements TokenCredential {
  readonly #file: string;
  readonly #open: () => TokenCredential;
  #opened: { credential: TokenCredential; written: number } | undefined;

  constructor(file: string, open: () => TokenCredential) {
    this.#file = file;
    this.#open = open;
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    const written = await lastWritten(this.#file);
    if (this.#opened === undefined || this.#opened.written !== written) {
      this.#opened = { credential: this.#open(), written };
    }
    return this.#opened.credential.getToken(scopes, options);
  }
}

/** A file that cannot be looked at is the credential's to complain of, in its own words. */
async function lastWritten(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
