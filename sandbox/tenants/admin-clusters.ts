import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RequestHandler, Router } from "express";
import type { RunningCluster } from "./cluster-backend.ts";
import { changeIssuer, withdrawIssuer } from "./cluster-issuers.ts";
import { tenantById, type World } from "./tenant.ts";

/** What `/sandbox/clusters` says of a running cluster. */
export interface ClusterListing {
  context: string;
  kind: string;
  issuerUrl: string;
  /** Kubeconfig of the administrator; of plain clusters only, those of others are Azure's to give. */
  kubeconfigFile?: string;
  /** Key of the tenant that the cluster belongs to. */
  tenant?: string;
}

/** An answer that is not what was asked for, with its words. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Lists the running clusters, makes and removes plain ones, and changes how any of them signs. */
export function clusterRoutes(world: World, stateDir: string): Router {
  const router = Router();
  const kubeconfigs = new Map<RunningCluster, string>();
  const listing = (cluster: RunningCluster): ClusterListing => {
    const kubeconfigFile = kubeconfigs.get(cluster);
    const tenant = cluster.tenantId === undefined ? undefined : tenantById(world, cluster.tenantId)?.spec.key;
    return {
      context: cluster.context,
      kind: cluster.kind,
      issuerUrl: cluster.issuerUrl,
      ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
      ...(tenant === undefined ? {} : { tenant }),
    };
  };
  router.get("/clusters", (_request, response) => {
    response.json([...world.clusters.values()].map(listing));
  });
  router.post(
    "/clusters",
    answering(async ({ body }) => {
      const { name, issuerUrl = defaultIssuer(), publish = true } = newCluster(body);
      if (world.issuers.has(issuerUrl)) {
        throw new Refusal(409, `A running cluster has the issuer ${issuerUrl}. Name another issuerUrl.`);
      }
      const cluster = await world.backend.start({
        kind: "plain",
        name,
        tenantId: undefined,
        location: "",
        issuerUrl,
        managedWebhook: undefined,
        environment: "public",
      });
      kubeconfigs.set(cluster, writeKubeconfig(stateDir, cluster));
      if (publish) world.issuers.set(issuerUrl, cluster);
      return { status: 201, body: listing(cluster) };
    }),
  );
  router.delete(
    "/clusters/:context",
    answering(async ({ params }) => {
      const cluster = clusterNamed(world, params.context);
      if (cluster.kind !== "plain") {
        throw new Refusal(409, `${cluster.context} belongs to Azure. Delete its resource, with Pulumi for example.`);
      }
      withdrawIssuer(world, cluster);
      await cluster.stop();
      rmSync(kubeconfigs.get(cluster) ?? "", { force: true });
      kubeconfigs.delete(cluster);
      return { status: 204 };
    }),
  );
  router.post(
    "/clusters/:context/signing-keys",
    answering(async ({ params, body }) => {
      const cluster = clusterNamed(world, params.context);
      const { step } = record(body);
      if (step !== "add" && step !== "retire") {
        throw new Refusal(400, 'Say {"step":"add"} for a new signing key, then {"step":"retire"} for the former one.');
      }
      await cluster.rotateSigningKey(step);
      return { status: 200, body: listing(cluster) };
    }),
  );
  router.put(
    "/clusters/:context/issuer",
    answering(async ({ params, body }) => {
      const cluster = clusterNamed(world, params.context);
      if (cluster.kind === "aks") {
        throw new Refusal(409, `${cluster.context} is a managed cluster of AKS, which keeps its issuer for life.`);
      }
      const { issuerUrl } = record(body);
      await changeIssuer(world, cluster, issuer(issuerUrl));
      return { status: 200, body: listing(cluster) };
    }),
  );
  return router;
}

type Asked = { params: Record<string, string>; body: unknown };

function answering(work: (asked: Asked) => Promise<{ status: number; body?: unknown }>): RequestHandler {
  return async ({ params, body: sent }, response) => {
    try {
      const strings = Object.entries(params).map(([name, value]) => [name, String(value)]);
      const { status, body } = await work({ params: Object.fromEntries(strings), body: sent });
      if (body === undefined) response.status(status).end();
      else response.status(status).json(body);
    } catch (error) {
      const refused = error instanceof Refusal ? error.status : isRotationError(error) ? 409 : undefined;
      if (refused === undefined || !(error instanceof Error)) throw error;
      response.status(refused).json({ error: error.message });
    }
  };
}

/** The one that a cluster backend throws; this side of the contract does not load it. */
function isRotationError(error: unknown): boolean {
  return error instanceof Error && error.name === "RotationError";
}

function clusterNamed(world: World, context: string | undefined): RunningCluster {
  const cluster = world.clusters.get(context ?? "");
  if (cluster !== undefined) return cluster;
  const there = [...world.clusters.keys()].join(", ") || "none";
  throw new Refusal(404, `No cluster ${context} runs. There are: ${there}.`);
}

function newCluster(body: unknown): { name: string; issuerUrl?: string; publish?: boolean } {
  const { name, issuerUrl, publish } = record(body);
  if (typeof name !== "string" || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Refusal(400, "name must be of lower-case letters, digits and hyphens, 63 at most.");
  }
  if (publish !== undefined && typeof publish !== "boolean") throw new Refusal(400, "publish must be true or false.");
  return {
    name,
    ...(issuerUrl === undefined ? {} : { issuerUrl: issuer(issuerUrl) }),
    ...(publish === undefined ? {} : { publish }),
  };
}

/** Any address, also one that nobody can reach: a cluster with such an issuer is worth trying. */
function issuer(value: unknown): string {
  if (typeof value === "string" && URL.canParse(value)) return value;
  throw new Refusal(400, "issuerUrl must be an address, such as https://oidc.example.com/my-cluster.");
}

/** An issuer as that of Amazon EKS: with an id of 32 hexadecimal digits and no slash at its end. */
function defaultIssuer(): string {
  return `https://oidc.eks.us-east-1.amazonaws.com/id/${randomBytes(16).toString("hex").toUpperCase()}`;
}

function writeKubeconfig(stateDir: string, cluster: RunningCluster): string {
  const folder = join(stateDir, "kubeconfigs");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, cluster.context);
  writeFileSync(file, cluster.kubeconfig(), { mode: 0o600 });
  return file;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
