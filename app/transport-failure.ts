import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";

/**
 * Gives a sign-in its true cause back. The sign-in library answers every failed connection with "network_error" and drops
 * what failed: a name, a proxy, a certificate.
 *
 * @param client does the requests
 * @param open makes the credential with the client that it is to use
 */
export function keepTransportFailure(
  client: HttpClient,
  open: (client: HttpClient) => TokenCredential,
): TokenCredential {
  let failure: unknown;
  const watched: HttpClient = {
    async sendRequest(request) {
      try {
        const response = await client.sendRequest(request);
        failure = undefined;
        return response;
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  };
  const credential = open(watched);
  return {
    async getToken(scopes, options) {
      failure = undefined;
      try {
        return await credential.getToken(scopes, options);
      } catch (error) {
        if (failure === undefined) throw error;
        throw new Error("the sign-in could not be sent:", { cause: failure });
      }
    },
  };
}
