import { ContainerServiceClient } from "@azure/arm-containerservice";
import { ResourceManagementClient } from "@azure/arm-resources";
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import { ClientSecretCredential } from "@azure/identity";
import { decodeJwt } from "jose";
import { namesOf } from "../../sandbox/tenants/azure-clouds.ts";
import { destinationOf } from "../../sandbox/tenants/proxy.ts";
import { defaultTopology } from "../../sandbox/topology.ts";
import { failure, useCloud } from "./support/cloud-fixture.ts";
import { clusterBody } from "./support/workload.ts";

const clouds = [
  {
    environment: "usgovernment",
    region: "usgovvirginia",
    login: "login.microsoftonline.us",
    sts: "sts.windows.net",
    issuerHost: "login.microsoftonline.us",
    apiServers: ".hcp.usgovvirginia.cx.aks.containerservice.azure.us",
    otherCloud: "AADSTS900382",
  },
  {
    environment: "china",
    region: "chinanorth3",
    login: "login.chinacloudapi.cn",
    sts: "sts.chinacloudapi.cn",
    issuerHost: "login.partner.microsoftonline.cn",
    apiServers: ".hcp.chinanorth3.cx.prod.service.azk8s.cn",
    otherCloud: "AADSTS90002",
  },
] as const;

/** One request by true name, through the proxy, without a client's retries. */
async function call(url: string, token?: string, method: "GET" | "PUT" = "GET", body?: object) {
  const headers = createHttpHeaders(token === undefined ? {} : { authorization: `Bearer ${token}` });
  const request = createPipelineRequest({
    url,
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
  const answer = await pipeline.sendRequest(createDefaultHttpClient(), request);
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into by tests
  return { status: answer.status, body: JSON.parse(answer.bodyAsText ?? "null") as any, headers: answer.headers };
}

describe.each(clouds)("tenant A in $environment, tenant B in the public cloud", (cloud) => {
  const { environment, region, login, sts, issuerHost, apiServers, otherCloud } = cloud;
  const { resourceManager, audiences, microsoftGraph } = namesOf(environment);
  const [publicB] = defaultTopology().tenants.slice(1);
  const [ownA] = defaultTopology(environment).tenants;
  if (ownA === undefined || publicB === undefined) throw new Error("The default topology has two tenants.");
  const world = useCloud({ topology: { ...defaultTopology(), tenants: [ownA, publicB] } });

  const signIn = (authorityHost: string) => {
    const { spec, deployer } = world.a;
    return new ClientSecretCredential(spec.tenantId, deployer.clientId, deployer.clientSecret, { authorityHost });
  };
  const tokenOfA = async (resource = `https://${resourceManager}`) =>
    (await signIn(`https://${login}`).getToken(`${resource}/.default`)).token;

  it("issues tokens of that cloud, which its Resource Manager takes", async () => {
    const token = await tokenOfA();
    expect(decodeJwt(token)).toMatchObject({
      aud: `https://${resourceManager}`,
      iss: `https://${sts}/${world.a.spec.tenantId}/`,
    });
    expect(decodeJwt(await tokenOfA(audiences[0])).aud).toBe(`${audiences[0]}/`);
    const { status, body } = await call(
      `https://${resourceManager}/subscriptions/${world.a.spec.subscriptionId}?api-version=2022-12-01`,
      token,
    );
    expect(status).toBe(200);
    expect(body.tenantId).toBe(world.a.spec.tenantId);
  });

  it("is not signed in to at the public authority", async () => {
    const credential = signIn("https://login.microsoftonline.com");
    const error = await failure(credential.getToken("https://management.azure.com/.default"));
    expect(error.message).toMatch(new RegExp(`${otherCloud}|endpoints_resolution_error`));
    const answer = await world.plain(`/${world.a.spec.tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: "x", scope: "https://x/.default" }),
    });
    expect(answer.body.error_description).toMatch(/AADSTS500011/);
  });

  it("has no token for the public Resource Manager", async () => {
    const error = await failure(tokenOfA("https://management.azure.com"));
    expect(error.message).toContain("AADSTS500011");
  });

  it("refuses a token of the public authority, and the public cloud one of its own", async () => {
    const publicToken = await world.b.credential.getToken("https://management.azure.com/.default");
    const path = (subscription: string) => `/subscriptions/${subscription}?api-version=2022-12-01`;
    const here = await call(`https://${resourceManager}${path(world.a.spec.subscriptionId)}`, publicToken?.token);
    expect([here.status, here.body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
    const there = await call(`https://management.azure.com${path(world.b.spec.subscriptionId)}`, await tokenOfA());
    expect([there.status, there.body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
  });

  it("knows no subscription of the public cloud", async () => {
    const url = `https://${resourceManager}/subscriptions/${world.b.spec.subscriptionId}?api-version=2022-12-01`;
    const { status, body } = await call(url, await tokenOfA());
    expect([status, body.error.code]).toEqual([404, "SubscriptionNotFound"]);
  });

  it("names its own authority and audiences in refusals", async () => {
    const url = `https://${resourceManager}/subscriptions/${world.a.spec.subscriptionId}?api-version=2022-12-01`;
    const without = await call(url);
    expect(without.headers.get("www-authenticate")).toContain(
      `authorization_uri="https://${login}/${world.a.spec.tenantId}"`,
    );
    const { body } = await call(url, await tokenOfA(`https://${microsoftGraph}`));
    expect(body.error.code).toBe("InvalidAuthenticationTokenAudience");
    expect(body.error.message).toContain(`'${audiences[0]}/','${audiences[0]}'`);
    expect(body.error.message).not.toContain("windows.net");
  });

  it("describes itself in /metadata/endpoints", async () => {
    const { body } = await call(`https://${resourceManager}/metadata/endpoints?api-version=2022-09-01`);
    expect(body).toMatchObject({
      name: namesOf(environment).name,
      resourceManager: `https://${resourceManager}`,
      authentication: { loginEndpoint: `https://${login}`, audiences },
      suffixes: { storage: namesOf(environment).storage, keyVaultDns: namesOf(environment).vault },
    });
    const other = await call("https://management.azure.com/metadata/endpoints?api-version=2022-09-01");
    expect(other.body.name).toBe("AzureCloud");
  });

  it("describes itself in the documents of its Entra ID", async () => {
    const path = "v2.0/.well-known/openid-configuration";
    const own = await call(`https://${login}/${world.a.spec.tenantId}/${path}`);
    expect(own.body.issuer).toBe(`https://${issuerHost}/${world.a.spec.tenantId}/v2.0`);
    expect(own.body.token_endpoint).toBe(`https://${login}/${world.a.spec.tenantId}/oauth2/v2.0/token`);
    expect(own.body.msgraph_host).toBe(microsoftGraph);
    const shared = await call(`https://${login}/common/${path}`);
    expect(shared.body.issuer).toBe(`https://${issuerHost}/{tenantid}/v2.0`);
    const { body } = await call(`https://${login}/common/discovery/instance?api-version=1.1`);
    expect(body.metadata[0].preferred_network).toBe(issuerHost);
    expect(body.metadata[0].aliases).toContain(login);
  });

  it("has its own regions", async () => {
    const token = await tokenOfA();
    const group = `https://${resourceManager}/subscriptions/${world.a.spec.subscriptionId}/resourceGroups/rg-region?api-version=2021-04-01`;
    const { status, body } = await call(group, token, "PUT", { location: "eastus" });
    expect([status, body.error.code]).toEqual([400, "LocationNotAvailableForResourceGroup"]);
    expect(body.error.message).toContain(region);
    expect((await call(group, token, "PUT", { location: region })).status).toBe(201);
  });

  it("publishes the issuers of its clusters under its own host names", async () => {
    const credential = signIn(`https://${login}`);
    const options = {
      endpoint: `https://${resourceManager}`,
      credentials: { scopes: [`https://${resourceManager}/.default`] },
    };
    const { subscriptionId, tenantId } = world.a.spec;
    const resources = new ResourceManagementClient(credential, subscriptionId, options);
    await resources.resourceGroups.createOrUpdate("rg-issuer", { location: region });
    const clusters = new ContainerServiceClient(credential, subscriptionId, options);
    const body = { ...clusterBody, location: region };
    const made = await clusters.managedClusters.createOrUpdate("rg-issuer", "aks-issuer", body, {
      updateIntervalInMs: 10,
    });
    const issuer = made.oidcIssuerProfile?.issuerURL ?? "";
    expect(issuer.startsWith(`https://${region}.oic.prod-aks.${namesOf(environment).domain}/${tenantId}/`)).toBe(true);
    expect(made.fqdn?.endsWith(apiServers)).toBe(true);
    expect((await call(`${issuer}.well-known/openid-configuration`)).body.issuer).toBe(issuer);
    expect(world.clusters.named("aks-issuer").spec.environment).toBe(environment);
  });
});

it.each([
  ["login.microsoftonline.us", "simulated"],
  ["login.partner.microsoftonline.cn", "simulated"],
  ["management.usgovcloudapi.net", "simulated"],
  ["management.chinacloudapi.cn", "simulated"],
  ["usgovvirginia.oic.prod-aks.azure.us", "simulated"],
  ["a.vault.azure.cn", "simulated"],
  ["managementXusgovcloudapi.net", "passed"],
  ["a.table.core.usgovcloudapi.net", "refused"],
  ["portal.azure.us", "refused"],
  ["portal.azure.cn", "refused"],
  ["example.cn", "passed"],
])("the proxy knows whose name %s is: %s", (host, destination) => expect(destinationOf(host)).toBe(destination));
