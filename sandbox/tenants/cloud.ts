import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import type { Topology } from "../topology.ts";
import { issueServerIdentity, writeAuthority } from "./authority.ts";
import type { ClusterBackend } from "./cluster-backend.ts";
import { isIssuerHost } from "./cluster-issuers.ts";
import { addDeployer, type DeployerCredential } from "./deployers.ts";
import { cloudApplication } from "./hosts.ts";
import { issuerCertificates } from "./issuer-certificates.ts";
import { startProxy } from "./proxy.ts";
import { RequestLog } from "./request-log.ts";
import { createTenant, type World } from "./tenant.ts";

export type { DeployerCredential } from "./deployers.ts";

/** What a simulated cloud is started with. */
export interface CloudOptions {
  topology: Topology;
  /** Everything that is written goes here. */
  stateDir: string;
  clusters: ClusterBackend;
  /** Where KEY-deployer.json files lie; the project's own permissions/ unless given. */
  permissionsDir?: string;
  log?(line: string): void;
}

/** A simulated cloud that is running. */
export interface Cloud {
  /** TLS server on 127.0.0.1. */
  port: number;
  /** CONNECT proxy on 127.0.0.1. */
  proxyPort: number;
  /** PEM file of the authority, made for this run. */
  caFile: string;
  /** One per tenant, with the custom role of least privilege at its subscription. */
  deployers: DeployerCredential[];
  /** JSON lines: time, method, host, path, status, tenant, principal, error, ms. */
  requestLogFile: string;
  /** Stops the servers and all clusters. */
  close(): Promise<void>;
}

const projectPermissions = join(import.meta.dirname, "..", "..", "permissions");

/** Starts both simulated tenants: one TLS server for Entra ID, Resource Manager and issuers, and the proxy to it. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { topology, stateDir, clusters, permissionsDir = projectPermissions, log = () => {} } = options;
  mkdirSync(stateDir, { recursive: true });
  const identity = await issueServerIdentity();
  const caFile = join(stateDir, "ca.pem");
  await writeAuthority(caFile, identity);
  const propagation = { ...topology.propagation };
  const world: World = {
    tenants: await Promise.all(topology.tenants.map((spec) => createTenant(spec, propagation))),
    propagation,
    operationPollMs: topology.operationPollMs,
    backend: clusters,
    clusters: clusters.running,
    issuers: new Map(),
    // The port is known once the server listens, and no cluster is started before.
    address: { port: 0, authority: identity.authority, caFile },
    accessTokens: { lifetimeSeconds: 3599 },
    log,
  };
  const deployers = world.tenants.map((tenant) => addDeployer(tenant, permissionsDir));
  const requestLog = new RequestLog(join(stateDir, "requests.jsonl"));
  const application = cloudApplication(world, requestLog, join(stateDir, "admin-key"));
  const server = createServer(
    {
      cert: identity.certificate,
      key: identity.key,
      ca: identity.authority,
      SNICallback: issuerCertificates(world, identity),
    },
    application,
  );
  const port = await listen(server);
  world.address.port = port;
  const proxy = await startProxy(port, log, (host) => isIssuerHost(world, host));
  return {
    port,
    proxyPort: proxy.port,
    caFile,
    deployers,
    requestLogFile: requestLog.file,
    close: async () => {
      await proxy.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      const groups = world.tenants.flatMap((tenant) => [...tenant.groups.values()].map(({ id }) => ({ tenant, id })));
      // One cluster that does not stop must not keep the others running.
      const stopped = await Promise.allSettled(groups.map(({ tenant, id }) => tenant.resources.delete(id)));
      stopped.push(...(await Promise.allSettled([...world.clusters.values()].map((cluster) => cluster.stop()))));
      for (const each of stopped) if (each.status === "rejected") log(`cloud: a cluster did not stop: ${each.reason}`);
      await requestLog.close();
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The simulated cloud has no TCP port.");
  return address.port;
}
