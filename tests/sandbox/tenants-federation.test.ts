import { createServer } from "node:https";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { armToken, eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import type { FakeCluster } from "./support/fake-clusters.ts";
import {
  audience,
  createCluster,
  createIdentity,
  type DemoIdentity,
  podCredential,
  subject,
} from "./support/workload.ts";

const world = useCloud();
const group = "rg-federation";
let cluster: FakeCluster;
let identity: DemoIdentity;

beforeAll(async () => {
  cluster = await createCluster(world, group, "aks-federation");
  identity = await createIdentity(world, group, "mi-federation");
  await trust({});
});

afterEach(async () => {
  cluster.documentIssuer = cluster.spec.issuerUrl;
  cluster.reachable = true;
  await world.setPropagation({});
});

const trust = ({
  name = "credential",
  of = identity.name,
  issuer = cluster.spec.issuerUrl,
  sub = subject,
  aud = audience,
}) =>
  world.b.identities.federatedIdentityCredentials.createOrUpdate(group, of, name, {
    issuer,
    subject: sub,
    audiences: [aud],
  });

const exchange = (token: string, clientId = identity.clientId) => armToken(podCredential(world, clientId, token));

/** Entra ID's answer to an assertion, without a client in between. */
const answerTo = (assertion: string, clientId = identity.clientId) =>
  world.plain(`/${world.b.spec.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
      scope: "https://management.azure.com/.default",
    }),
  });

describe("a pod's token", () => {
  it("is exchanged for an access token of the identity in tenant B", async () => {
    const claims = decodeJwt(await exchange(await cluster.token(subject)));
    expect(claims).toMatchObject({
      tid: world.b.spec.tenantId,
      oid: identity.principalId,
      appid: identity.clientId,
      idtyp: "app",
    });
  });

  it("is exchanged after the cluster's signing key was rotated", async () => {
    await exchange(await cluster.token(subject));
    await cluster.rotateKey();
    await expect(exchange(await cluster.token(subject))).resolves.toBeTruthy();
  });

  it("is exchanged when another https issuer, fetched for real, signed it", async () => {
    const own = await startIssuer();
    await trust({ name: "other", issuer: own.issuer });
    await expect(exchange(await own.token())).resolves.toBeTruthy();
    await own.close();
  });
});

describe("a refused assertion", () => {
  it("AADSTS700211: names an issuer that no credential has", async () => {
    const { status, body } = await answerTo(await cluster.token(subject, { issuer: "https://elsewhere.example/" }));
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", error_codes: [700211] });
    expect(body.error_description).toContain("presented assertion issuer 'https://elsewhere.example/'");
  });

  it("AADSTS700211: an issuer without its trailing slash is another issuer", async () => {
    const issuer = cluster.spec.issuerUrl.slice(0, -1);
    expect((await answerTo(await cluster.token(subject, { issuer }))).body.error_codes).toEqual([700211]);
  });

  it("AADSTS700213: names a subject that no credential of the issuer has", async () => {
    const error = await failure(exchange(await cluster.token("system:serviceaccount:default:other")));
    expect(error.message).toContain("AADSTS700213");
    expect(error.message).toContain("presented assertion subject 'system:serviceaccount:default:other'");
  });

  it("AADSTS7002138: a subject with one letter in another case", async () => {
    const error = await failure(exchange(await cluster.token("system:serviceaccount:default:WI-demo-account")));
    expect(error.message).toContain("AADSTS7002138");
    expect(error.message).toContain(
      "The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
    );
  });

  it("AADSTS7002138: an issuer with letters in another case", async () => {
    const issuer = cluster.spec.issuerUrl.replace("eastus", "EastUS");
    const { body } = await answerTo(await cluster.token(subject, { issuer }));
    expect(body.error_codes).toEqual([7002138]);
    expect(body.error_description).toContain("The issuer matches with case-insensitive comparison");
  });

  it("AADSTS700212: names an audience that the credential lacks", async () => {
    const { body } = await answerTo(await cluster.token(subject, { audience: "api://AKSIdentityBinding" }));
    expect(body.error_codes).toEqual([700212]);
    expect(body.error_description).toContain("presented assertion audience 'api://AKSIdentityBinding'");
  });

  it("AADSTS70021: the identity has no federated credential at all", async () => {
    const bare = await createIdentity(world, group, "mi-bare");
    const { body } = await answerTo(await cluster.token(subject), bare.clientId);
    expect(body.error_codes).toEqual([70021]);
    expect(body.error_description).toContain(`Assertion Subject: '${subject}'`);
  });

  it("AADSTS700024: has expired", async () => {
    const now = Math.floor(Date.now() / 1000);
    const { status, body } = await answerTo(
      await cluster.token(subject, { notBefore: now - 7200, expiry: now - 3600 }),
    );
    expect([status, body.error_codes]).toEqual([401, [700024]]);
    expect(body.error_description).toContain("Client assertion is not within its valid time range.");
  });

  it("AADSTS700024: is not valid yet", async () => {
    const notBefore = Math.floor(Date.now() / 1000) + 600;
    expect((await answerTo(await cluster.token(subject, { notBefore }))).body.error_codes).toEqual([700024]);
  });

  it("AADSTS7000272: is signed with a key that the issuer does not publish", async () => {
    const { body } = await answerTo(await cluster.token(subject, { keyId: "unknown-key" }));
    expect(body.error_codes).toEqual([7000272]);
    expect(body.error_description).toContain(
      `The certificate with identifier unknown-key used to sign the federated credential could not be found in the metadata of identity provider ${cluster.spec.issuerUrl}.`,
    );
  });

  it("AADSTS50013: claims a published key and is signed with another", async () => {
    const real = await cluster.token(subject);
    const [header, payload] = real.split(".");
    const { privateKey } = await generateKeyPair("RS256");
    const forged = await new SignJWT({}).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    expect((await answerTo([header, payload, forged.split(".")[2]].join("."))).body.error_codes).toEqual([50013]);
  });

  it("AADSTS50027: is no JWT", async () => {
    const { status, body } = await answerTo("not-a-token");
    expect([status, body.error_codes]).toEqual([400, [50027]]);
  });

  it("AADSTS50027: says that it needs no signature", async () => {
    const [, payload] = (await cluster.token(subject)).split(".");
    const header = Buffer.from('{"alg":"none"}').toString("base64url");
    expect((await answerTo(`${header}.${payload}.`)).body.error_codes).toEqual([50027]);
  });

  it("AADSTS90061: the issuer cannot be reached", async () => {
    cluster.reachable = false;
    await cluster.rotateKey();
    const { status, body } = await answerTo(await cluster.token(subject));
    expect([status, body.error_codes]).toEqual([400, [90061]]);
  });

  it("AADSTS90061: the issuer's own document names another issuer", async () => {
    cluster.documentIssuer = cluster.spec.issuerUrl.slice(0, -1);
    await cluster.rotateKey();
    expect((await answerTo(await cluster.token(subject))).body.error_codes).toEqual([90061]);
  });

  it("AADSTS700016: is presented for an identity that was deleted", async () => {
    const gone = await createIdentity(world, group, "mi-gone");
    await trust({ of: gone.name });
    await world.b.identities.userAssignedIdentities.delete(group, gone.name);
    expect((await failure(exchange(await cluster.token(subject), gone.clientId))).message).toContain("AADSTS700016");
  });
});

describe("propagation of federated credentials", () => {
  it("a new credential is refused at first and accepted after the delay", async () => {
    const young = await createIdentity(world, group, "mi-young");
    await world.setPropagation({ federatedCredentialMs: 300 });
    await trust({ of: young.name });
    const token = await cluster.token(subject);
    expect((await answerTo(token, young.clientId)).body.error_codes).toEqual([70021]);
    await expect(eventually(() => exchange(token, young.clientId))).resolves.toBeTruthy();
  });

  it("a deleted credential is accepted for the delay and then refused", async () => {
    const old = await createIdentity(world, group, "mi-old");
    await trust({ of: old.name });
    await world.setPropagation({ federatedCredentialMs: 400 });
    await world.b.identities.federatedIdentityCredentials.delete(group, old.name, "credential");
    const token = await cluster.token(subject);
    expect((await answerTo(token, old.clientId)).status).toBe(200);
    await eventually(async () => expect((await answerTo(token, old.clientId)).body.error_codes).toEqual([70021]));
  });

  it("an identity is unknown to the directory until it has replicated", async () => {
    await world.setPropagation({ identityMs: 300 });
    const fresh = await createIdentity(world, group, "mi-fresh");
    await trust({ of: fresh.name });
    const token = await cluster.token(subject);
    expect((await answerTo(token, fresh.clientId)).body.error_codes).toEqual([700016]);
    await expect(eventually(() => exchange(token, fresh.clientId))).resolves.toBeTruthy();
  });
});

/** An issuer of our own on https://localhost, with the certificate that the cloud's server uses. */
async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "own" }];
  const { issueServerIdentity } = await import("../../sandbox/tenants/authority.ts");
  const { certificate, key, authority } = await issueServerIdentity();
  const tls = await import("node:tls");
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), authority]);
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const document = { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(request.url === "/keys" ? { keys } : document));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const issuer = `https://localhost:${typeof address === "object" ? address?.port : ""}`;
  return {
    issuer,
    token: () =>
      new SignJWT({ sub: subject })
        .setProtectedHeader({ alg: "RS256", kid: "own" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("1h")
        .sign(privateKey),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
