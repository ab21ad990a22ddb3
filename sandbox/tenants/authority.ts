import "reflect-metadata";
import { writeFile } from "node:fs/promises";
import * as x509 from "@peculiar/x509";
import { websiteZone } from "./arm/storage-account-body.ts";
import { allClouds } from "./azure-clouds.ts";

/** Every name the simulated cloud answers for. */
export const azureHostNames: readonly string[] = allClouds.flatMap((cloud) => [
  ...cloud.login,
  cloud.resourceManager,
  cloud.microsoftGraph,
  `*.${cloud.vault}`,
  `*.oic.prod-aks.${cloud.domain}`,
  `*.oic.prod-arc.${cloud.domain}`,
  `*.blob.${cloud.storage}`,
  `*.${websiteZone}.web.${cloud.storage}`,
]);

/** A server certificate with its key, and the authority that signed it. All PEM. */
export interface ServerIdentity {
  authority: string;
  certificate: string;
  key: string;
  /** A further server certificate (PEM) with its key, for a host name that is known only later: that of an issuer. */
  issueFor(host: string): Promise<{ certificate: string; key: string }>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;

/**
 * Makes a certificate authority that lives only in memory and one server certificate for all of Azure's names.
 * The authority's private key cannot leave this process and signs only for the hosts of issuers besides.
 */
export async function issueServerIdentity(): Promise<ServerIdentity> {
  x509.cryptoProvider.set(crypto);
  const authorityKeys = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: "CN=Simulated Azure authority (this run only)",
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const issue = async (subject: string, names: x509.JsonGeneralNames) => {
    const serverKeys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber: serialNumber(),
      subject,
      issuer: authority.subject,
      publicKey: serverKeys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
        new x509.SubjectAlternativeNameExtension(names),
      ],
    });
    const privateKey = await crypto.subtle.exportKey("pkcs8", serverKeys.privateKey);
    return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(privateKey, "PRIVATE KEY") };
  };
  return {
    authority: authority.toString("pem"),
    ...(await issue("CN=Simulated Azure", [
      { type: "ip", value: "127.0.0.1" },
      { type: "dns", value: "localhost" },
      ...azureHostNames.map((value) => ({ type: "dns" as const, value })),
    ])),
    issueFor: (host) => issue("CN=Simulated issuer", [{ type: "dns", value: host }]),
  };
}

/** Writes the authority's certificate where clients find it (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE). */
export async function writeAuthority(file: string, identity: ServerIdentity): Promise<void> {
  await writeFile(file, `${identity.authority}\n`);
}

function serialNumber(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(15)))
    .toString("hex")
    .padStart(32, "1");
}
