import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { CoreV1Api, DiscoveryV1Api, type KubeConfig, type V1Service } from "@kubernetes/client-node";
import type { PodNetwork } from "../node/pod-network.ts";

export interface ServiceNetworkOptions {
  /** Path of the Unix socket on which the API server asks for connections. */
  socket: string;
  network: PodNetwork;
  /** The cluster's administrator, once there is one. */
  admin(): KubeConfig;
  /** Where the node serves logs; the one address of the machine itself that the API server may reach. */
  nodePort(): number | undefined;
  log(line: string): void;
}

interface Target {
  host: string;
  port: number;
}

/**
 * What kube-proxy and a pod network are to the API server: the way to Services and pods, for webhooks above all. The
 * API server asks for each connection with CONNECT (its egress selector `cluster`), by the Service's cluster IP.
 */
export class ServiceNetwork {
  readonly #options: ServiceNetworkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  constructor(options: ServiceNetworkOptions) {
    this.#options = options;
    this.#server = createServer((_request, response) => response.writeHead(405).end("Only CONNECT is served here.\n"));
    this.#server.on("connection", (socket: Duplex) => this.#track(socket));
    this.#server.on("connect", ({ url = "" }, client: Duplex, head: Buffer) => {
      client.on("error", () => client.destroy());
      this.#connect(url, client, head).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log(`service network: ${url}: ${reason}`);
        client.end(`HTTP/1.1 503 Service Unavailable\r\ncontent-length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`);
      });
    });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.socket, resolve);
    });
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #connect(authority: string, client: Duplex, head: Buffer): Promise<void> {
    const colon = authority.lastIndexOf(":");
    const target = await this.#locate(authority.slice(0, colon), Number(authority.slice(colon + 1)));
    const upstream = connect(target);
    this.#track(upstream);
    await new Promise<void>((resolve, reject) => {
      upstream.once("connect", resolve);
      upstream.once("error", reject);
    });
    upstream.on("error", () => client.destroy());
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client).pipe(upstream);
    upstream.once("close", () => client.destroy());
    client.once("close", () => upstream.destroy());
  }

  async #locate(host: string, port: number): Promise<Target> {
    const { network, nodePort } = this.#options;
    if (host === "127.0.0.1" && port === nodePort()) return { host, port };
    const pod = network.find(host, port);
    if (pod !== undefined) return pod;
    const admin = this.#options.admin();
    const { items } = await admin.makeApiClient(CoreV1Api).listServiceForAllNamespaces();
    const service = items.find(({ spec }) => spec?.clusterIP === host || spec?.clusterIPs?.includes(host));
    if (service === undefined) throw new Error("no Service and no pod has this address");
    return this.#endpointOf(admin, service, port);
  }

  /** As kube-proxy: any of the ready endpoints, by chance. */
  async #endpointOf(admin: KubeConfig, service: V1Service, port: number): Promise<Target> {
    const { name = "", namespace = "" } = service.metadata ?? {};
    const servicePort = service.spec?.ports?.find((each) => each.port === port);
    if (servicePort === undefined) throw new Error(`Service ${namespace}/${name} has no port ${port}`);
    const { items } = await admin.makeApiClient(DiscoveryV1Api).listNamespacedEndpointSlice({
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
    });
    const targets = items.flatMap(({ endpoints, ports }) => {
      const number = ports?.find((each) => (each.name ?? "") === (servicePort.name ?? ""))?.port;
      if (number === undefined) return [];
      return (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses }) => addresses.map((address) => this.#options.network.find(address, number)));
    });
    const reachable = targets.filter((target) => target !== undefined);
    const chosen = reachable[Math.floor(Math.random() * reachable.length)];
    if (chosen === undefined) throw new Error(`Service ${namespace}/${name} has no ready endpoint`);
    return chosen;
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

/** The API server's setting for it: everything inside the cluster, nodes included, is reached through the socket. */
export function egressSelectorConfiguration(socket: string): string {
  return JSON.stringify({
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [
      {
        name: "cluster",
        connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socket } } },
      },
    ],
  });
}
