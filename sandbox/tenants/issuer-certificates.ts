import { createSecureContext, type SecureContext } from "node:tls";
import type { ServerIdentity } from "./authority.ts";
import { isIssuerHost } from "./cluster-issuers.ts";
import type { World } from "./tenant.ts";

type SniCallback = (name: string, done: (error: Error | null, context?: SecureContext) => void) => void;

/** Chooses the certificate for the name that a client asks for: the host of an issuer may lie outside Azure. */
export function issuerCertificates(world: Pick<World, "issuers">, identity: ServerIdentity): SniCallback {
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextFor = async (host: string): Promise<SecureContext> => {
    const { certificate, key } = await identity.issueFor(host);
    return createSecureContext({ cert: certificate, key, ca: identity.authority });
  };
  return (name, done) => {
    const host = name.toLowerCase();
    // Without an answer from here the server shows the certificate of Azure's own names.
    if (!isIssuerHost(world, host)) {
      done(null);
      return;
    }
    const context = contexts.get(host) ?? contextFor(host);
    contexts.set(host, context);
    context.then(
      (made) => done(null, made),
      (error: Error) => done(error),
    );
  };
}
