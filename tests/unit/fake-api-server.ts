import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";

/** What an API server answers, by path; `POST PATH` for what is sent. Everything else is 404. */
export type Answers = Record<string, { status?: number; body?: unknown }>;

export const discoveryPath = "/.well-known/openid-configuration";
export const keysPath = "/openid/v1/jwks";
export const registrationsPath = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/** A server that answers as a test wants it to, and remembers who asked. */
export class FakeApiServer {
  answers: Answers = {};
  seen: { path: string; authorization: string | undefined }[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? "";
      this.seen.push({ path, authorization: request.headers.authorization });
      const key = `${request.method === "POST" ? "POST " : ""}${path.split("?")[0]}`;
      const refused = path === keysPath && !/application\/jwk-set\+json|\*\/\*/.test(request.headers.accept ?? "");
      const answer = refused ? { status: 406 } : (this.answers[key] ?? { status: 404 });
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body ?? {}));
    });
  }

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    await new Promise<void>((resolve) => {
      fake.#server.listen(0, "127.0.0.1", resolve);
    });
    return fake;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  kubeconfig(user: object = { token: "secret" }, address = this.address): string {
    return stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: address, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  }
}

/** A registration of the workload identity webhook, as the API server lists it. */
export function registration(clientConfig: object, labels: Record<string, string> = {}, name = "azure-wi") {
  return { metadata: { name, labels }, webhooks: [{ name: "mutation.azure-workload-identity.io", clientConfig }] };
}
