import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type {
  ClusterBackend,
  ClusterKind,
  ClusterSpec,
  ManagedWebhook,
  RotationStep,
  RunningCluster,
} from "../../../sandbox/tenants/cluster-backend.ts";

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];

/** What a test may say differently about a token. */
export interface TokenClaims {
  issuer?: string;
  audience?: string;
  notBefore?: number;
  expiry?: number;
  keyId?: string;
}

/** A cluster without an API server: it signs service-account tokens with a key of its own and publishes that key. */
export class FakeCluster implements RunningCluster {
  readonly spec: ClusterSpec;
  readonly kind: ClusterKind;
  readonly tenantId: string | undefined;
  readonly context: string;
  issuerUrl: string;
  workloadIdentity: boolean;
  managedWebhook: ManagedWebhook | undefined;
  entra: ClusterSpec["entra"];
  /** What a test puts in the way of a deletion. */
  budgets: { namespace: string; name: string }[] = [];
  /** How often somebody has asked for them. */
  budgetLooks = 0;
  stopped = false;
  /** What the discovery document says; a test may make it lie. */
  documentIssuer: string;
  reachable = true;
  #signing!: PrivateKey;
  #published: JWK[] = [];
  #keyId = "";

  readonly #onStop: () => void;

  constructor(spec: ClusterSpec, onStop: () => void = () => undefined) {
    this.spec = spec;
    this.kind = spec.kind;
    this.tenantId = spec.tenantId;
    this.context = spec.name;
    this.issuerUrl = spec.issuerUrl;
    this.managedWebhook = spec.managedWebhook;
    this.entra = spec.entra;
    this.workloadIdentity = spec.managedWebhook !== undefined;
    this.#onStop = onStop;
    this.documentIssuer = spec.issuerUrl;
  }

  /** Signs with a new key from now on; `keepOld` also publishes the former one, as a rotation does. */
  async rotateKey({ publish = true, keepOld = true } = {}): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = await exportJWK(publicKey);
    this.#keyId = await calculateJwkThumbprint(jwk);
    this.#signing = privateKey;
    if (publish)
      this.#published = [...(keepOld ? this.#published : []), { ...jwk, kid: this.#keyId, use: "sig", alg: "RS256" }];
  }

  token(subject: string, claims: TokenClaims = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ sub: subject })
      .setProtectedHeader({ alg: "RS256", kid: claims.keyId ?? this.#keyId })
      .setIssuer(claims.issuer ?? this.issuerUrl)
      .setAudience(claims.audience ?? "api://AzureADTokenExchange")
      .setIssuedAt(now)
      .setNotBefore(claims.notBefore ?? now)
      .setExpirationTime(claims.expiry ?? now + 3600)
      .sign(this.#signing);
  }

  kubeconfig(): string {
    return `apiVersion: v1\nkind: Config\ncurrent-context: ${this.spec.name}\n`;
  }

  async openidConfiguration(): Promise<unknown> {
    if (!this.reachable) throw new Error("connection refused");
    return { issuer: this.documentIssuer, jwks_uri: `${this.issuerUrl}openid/v1/jwks` };
  }

  async jwks(): Promise<unknown> {
    return { keys: this.#published };
  }

  async setManagedWebhook(webhook: ManagedWebhook | undefined): Promise<void> {
    this.managedWebhook = webhook;
    this.workloadIdentity = webhook !== undefined;
  }

  async rotateSigningKey(step: RotationStep): Promise<void> {
    if (step === "add") await this.rotateKey();
    else this.#published = this.#published.slice(-1);
  }

  async setIssuer(issuerUrl: string): Promise<void> {
    this.issuerUrl = issuerUrl;
    this.documentIssuer = issuerUrl;
  }

  async podDisruptionBudgets(): Promise<{ namespace: string; name: string }[]> {
    this.budgetLooks += 1;
    return this.budgets;
  }

  async setEntra(entra: ClusterSpec["entra"]): Promise<void> {
    this.entra = entra;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.#onStop();
  }
}

/** Starts fake clusters, and holds them back or fails when a test says so. */
export class FakeClusters implements ClusterBackend {
  readonly started: FakeCluster[] = [];
  readonly running = new Map<string, RunningCluster>();
  /** Resolves before the next clusters come up. */
  gate: Promise<void> = Promise.resolve();
  failure: Error | undefined;

  async kubernetesVersion(): Promise<string> {
    return "1.37.2";
  }

  async start(spec: ClusterSpec): Promise<RunningCluster> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    const cluster = new FakeCluster(spec, () => this.running.delete(spec.name));
    await cluster.rotateKey();
    this.running.set(spec.name, cluster);
    this.started.push(cluster);
    return cluster;
  }

  /** The latest cluster with this name. */
  named(name: string): FakeCluster {
    const cluster = this.started.filter((each) => each.spec.name === name).at(-1);
    if (cluster === undefined) throw new Error(`No cluster ${name} was started.`);
    return cluster;
  }
}
