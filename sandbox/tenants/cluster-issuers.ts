import { request } from "node:https";
import type { RunningCluster } from "./cluster-backend.ts";
import { destinationOf } from "./proxy.ts";
import type { World } from "./tenant.ts";

/** Whether the documents of some running cluster's issuer are served under this host name. */
export function isIssuerHost(world: Pick<World, "issuers">, host: string): boolean {
  return [...world.issuers.keys()].some((issuer) => hostOf(issuer) === host.toLowerCase());
}

/** The cluster whose issuer the path belongs to, with or without a slash at the issuer's end, and what is asked of it. */
export function issuerAt(
  world: Pick<World, "issuers">,
  host: string,
  path: string,
): { cluster: RunningCluster; document: "keys" | "discovery" } | undefined {
  const match = /^(.*)\/(\.well-known\/openid-configuration|openid\/v1\/jwks)$/.exec(path);
  if (match === null) return undefined;
  const issuer = `https://${host}${match[1]}`;
  const cluster = world.issuers.get(`${issuer}/`) ?? world.issuers.get(issuer);
  return cluster && { cluster, document: match[2] === "openid/v1/jwks" ? "keys" : "discovery" };
}

/** Lets a cluster sign for another issuer. The new one's documents are served by true name when `publish` says so. */
export async function changeIssuer(
  world: World,
  cluster: RunningCluster,
  issuerUrl: string,
  publish = isPublished(world, cluster),
): Promise<void> {
  await cluster.setIssuer(issuerUrl);
  withdrawIssuer(world, cluster);
  if (publish) world.issuers.set(issuerUrl, cluster);
}

export function isPublished(world: World, cluster: RunningCluster): boolean {
  return [...world.issuers.values()].includes(cluster);
}

/** Serves the documents of a cluster's issuer no more. */
export function withdrawIssuer(world: World, cluster: RunningCluster): void {
  for (const [issuer, each] of world.issuers) if (each === cluster) world.issuers.delete(issuer);
}

/**
 * A JSON document at an https address, as Microsoft Entra ID would fetch it: from the simulated cloud where the name is
 * one of those that it answers, else from the internet.
 */
export async function fetchDocument(
  world: Pick<World, "address" | "issuers">,
  url: string,
  timeoutMs: number,
): Promise<unknown> {
  if (!url.startsWith("https://")) throw new Error(`${url} is not an https address`);
  const { hostname } = new URL(url);
  const destination = isIssuerHost(world, hostname) ? "simulated" : destinationOf(hostname);
  if (destination === "refused") throw new Error(`${hostname} belongs to Azure and the sandbox does not simulate it`);
  if (destination === "simulated") return fetchSimulated(world.address, url, timeoutMs);
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function fetchSimulated(at: { port: number; authority: string }, url: string, timeout: number): Promise<unknown> {
  const { hostname, host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: at.port,
        path: `${pathname}${search}`,
        servername: hostname,
        headers: { host },
        ca: at.authority,
        agent: false,
        timeout,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("error", reject);
        answer.on("end", () => {
          try {
            if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
            resolve(JSON.parse(text));
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${url} did not answer in time`)));
    sent.on("error", reject);
    sent.end();
  });
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).hostname : "";
}
