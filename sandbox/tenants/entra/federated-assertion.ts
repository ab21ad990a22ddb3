import { decodeJwt, decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from "jose";
import type { FederatedTrust, ServicePrincipal } from "./directory.ts";
import { refusals } from "./errors.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

interface Presented {
  keyId: string;
  issuer: string;
  subject: string;
  audiences: string[];
}

/**
 * Exchanges nothing for less than a valid assertion: its issuer, subject and audience must equal, byte for byte, those
 * of one federated credential in effect, and its signature must verify with a key that the issuer publishes now.
 * The records are looked up before the issuer is asked, as Entra ID does: it never fetches from an issuer that
 * nobody trusts (Azure/azure-workload-identity issue 616 shows AADSTS70021 for an unreachable issuer).
 */
export async function checkFederatedAssertion(
  principal: ServicePrincipal,
  assertion: string,
  keys: IssuerKeys,
): Promise<void> {
  const presented = read(assertion);
  match(principal.trusts.effective(), presented);
  const jwk = await keys.find(presented.issuer, presented.keyId);
  await verify(assertion, jwk, presented.keyId);
}

function read(assertion: string): Presented {
  let claims: JWTPayload;
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(assertion);
    claims = decodeJwt(assertion);
  } catch {
    throw refusals.malformedAssertion();
  }
  const audiences = typeof claims.aud === "string" ? [claims.aud] : (claims.aud ?? []);
  if (header.alg !== "RS256" || !claims.iss || !claims.sub || audiences.length === 0 || claims.exp === undefined) {
    throw refusals.malformedAssertion();
  }
  return { keyId: header.kid ?? "", issuer: claims.iss, subject: claims.sub, audiences };
}

function match(trusts: FederatedTrust[], { issuer, subject, audiences }: Presented): void {
  const audience = audiences.join(",");
  if (trusts.length === 0) throw refusals.noTrust(issuer, subject, audience);
  const ofIssuer = trusts.filter((trust) => trust.issuer === issuer);
  if (ofIssuer.length === 0) {
    if (trusts.some((trust) => sameLetters(trust.issuer, issuer))) throw refusals.differsInCase("issuer", issuer);
    throw refusals.issuerNotTrusted(issuer);
  }
  const ofSubject = ofIssuer.filter((trust) => trust.subject === subject);
  if (ofSubject.length === 0) {
    if (ofIssuer.some((trust) => sameLetters(trust.subject, subject))) throw refusals.differsInCase("subject", subject);
    throw refusals.subjectNotTrusted(subject);
  }
  if (!ofSubject.some((trust) => audiences.includes(trust.audience))) throw refusals.audienceNotTrusted(audience);
}

async function verify(assertion: string, jwk: Parameters<typeof importJWK>[0], keyId: string): Promise<void> {
  try {
    await jwtVerify(assertion, await importJWK(jwk, "RS256"), { algorithms: ["RS256"], clockTolerance: 5 });
  } catch (error) {
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
      const { nbf = 0, exp = 0 } = decodeJwt(assertion);
      throw refusals.assertionOutOfTime(new Date(nbf * 1000), new Date(exp * 1000));
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) throw refusals.invalidSignature(keyId);
    throw refusals.malformedAssertion();
  }
}

function sameLetters(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
