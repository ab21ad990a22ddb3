import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ContainerServiceClient } from "@azure/arm-containerservice";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { AzureQuotaExtensionAPI } from "@azure/arm-quota";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientSecretCredential, type TokenCredential } from "@azure/identity";
import { type Cloud, type CloudOptions, type DeployerCredential, startCloud } from "../../../sandbox/tenants/cloud.ts";
import { defaultTopology, type PropagationDelays, type TenantSpec } from "../../../sandbox/topology.ts";
import { FakeClusters } from "./fake-clusters.ts";

/** Microsoft's clients, as they are, for one tenant's subscription. */
export interface TenantClients {
  spec: TenantSpec;
  deployer: DeployerCredential;
  credential: TokenCredential;
  /** `/subscriptions/…` */
  scope: string;
  resources: ResourceManagementClient;
  identities: ManagedServiceIdentityClient;
  clusters: ContainerServiceClient;
  authorization: AuthorizationManagementClient;
  quota: AzureQuotaExtensionAPI;
}

/** A simulated cloud with the world as a client sees it. */
export interface CloudFixture {
  cloud: Cloud;
  clusters: FakeClusters;
  stateDir: string;
  a: TenantClients;
  b: TenantClients;
  /** One plain HTTPS request to Resource Manager on the cloud's own address. */
  arm(
    method: string,
    path: string,
    options?: { credential?: TokenCredential; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** One plain HTTPS request to any path of the cloud's own address. */
  plain(path: string, init?: RequestInit): Promise<Answer>;
  setPropagation(delays: Partial<PropagationDelays>): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into by tests
  body: any;
}

// Ends what would never end; no test measures it.
jest.setTimeout(60_000);

const instant: PropagationDelays = { federatedCredentialMs: 0, roleAssignmentMs: 0, identityMs: 0 };

/** Starts a cloud for the tests of a file; HTTPS_PROXY and the trusted authorities are this process's own. */
export function useCloud(options: Partial<Pick<CloudOptions, "permissionsDir" | "topology">> = {}): CloudFixture {
  const fixture = {} as CloudFixture;
  const authorities = tls.getCACertificates("default");
  const environment = { ...process.env };
  beforeAll(async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "tenants-test-"));
    const clusters = new FakeClusters();
    const topology = {
      ...(options.topology ?? defaultTopology()),
      propagation: { ...instant },
      operationPollMs: 0,
    };
    const cloud = await startCloud({ ...options, topology, stateDir, clusters });
    tls.setDefaultCACertificates([...authorities, readFileSync(cloud.caFile, "utf8")]);
    process.env.HTTPS_PROXY = `http://127.0.0.1:${cloud.proxyPort}`;
    process.env.NO_PROXY = "127.0.0.1,localhost";
    const plain = (path: string, init: RequestInit = {}) => request(`https://127.0.0.1:${cloud.port}${path}`, init);
    const [a, b] = ["tenantA", "tenantB"].map((key) => clientsOf(topology.tenants, cloud.deployers, key));
    if (a === undefined || b === undefined) throw new Error("The default topology has two tenants.");
    Object.assign(fixture, {
      cloud,
      clusters,
      stateDir,
      a,
      b,
      plain,
      arm: async (method, path, { credential, body, headers } = {}) =>
        plain(path, {
          method,
          headers: { ...headers, ...(credential ? { authorization: `Bearer ${await armToken(credential)}` } : {}) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      setPropagation: async (delays) => {
        const authorization = `Bearer ${readFileSync(join(stateDir, "admin-key"), "utf8")}`;
        const headers = { authorization, "content-type": "application/json" };
        const answer = await plain("/sandbox/propagation", {
          method: "PUT",
          headers,
          body: JSON.stringify({ ...instant, ...delays }),
        });
        expect(answer.status).toBe(200);
      },
    } satisfies CloudFixture);
  });
  afterAll(async () => {
    await fixture.cloud.close();
    tls.setDefaultCACertificates(authorities);
    process.env = environment;
    rmSync(fixture.stateDir, { recursive: true, force: true });
  });
  return fixture;
}

/** The error of a promise that must fail. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; statusCode?: number }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("It succeeded, and should have failed.");
}

/** Asks again until it succeeds, for what takes effect a little later; half a minute ends a wait that would never end. */
export async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** All items of a paged list. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

export async function armToken(credential: TokenCredential): Promise<string> {
  const token = await credential.getToken("https://management.azure.com/.default");
  if (token === null) throw new Error("No token.");
  return token.token;
}

function clientsOf(tenants: TenantSpec[], deployers: DeployerCredential[], key: string): TenantClients {
  const spec = tenants.find((tenant) => tenant.key === key);
  const deployer = deployers.find(({ tenantKey }) => tenantKey === key);
  if (spec === undefined || deployer === undefined) throw new Error(`There is no ${key}.`);
  const credential = new ClientSecretCredential(spec.tenantId, deployer.clientId, deployer.clientSecret);
  return { spec, deployer, credential, ...armClients(credential, spec.subscriptionId) };
}

/** Resource Manager's clients for a credential. */
export function armClients(
  credential: TokenCredential,
  subscriptionId: string,
): Omit<TenantClients, "spec" | "deployer" | "credential"> {
  // Nothing here waits: a refused call must not be tried again behind a test's back.
  const options = { retryOptions: { maxRetries: 0 } };
  return {
    scope: `/subscriptions/${subscriptionId}`,
    resources: new ResourceManagementClient(credential, subscriptionId, options),
    identities: new ManagedServiceIdentityClient(credential, subscriptionId, options),
    clusters: new ContainerServiceClient(credential, subscriptionId, options),
    authorization: new AuthorizationManagementClient(credential, subscriptionId, options),
    quota: new AzureQuotaExtensionAPI(credential, options),
  };
}

async function request(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}
