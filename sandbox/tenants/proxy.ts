import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { allClouds } from "./azure-clouds.ts";

/** Names that belong to Azure: what of them is not simulated must never be reached for real. */
const azureOwned = allClouds.flatMap(({ owns }) => owns.map((name) => `.${name}`));

/** Names that the simulated cloud answers. */
const simulated = allClouds.flatMap((cloud) => [
  ...[...cloud.login, cloud.resourceManager, cloud.microsoftGraph].map((name) => new RegExp(`^${literal(name)}$`)),
  new RegExp(`^[a-z0-9-]+\\.${literal(cloud.vault)}$`),
  new RegExp(`^[a-z0-9-]+\\.oic\\.prod-(aks|arc)\\.${literal(cloud.domain)}$`),
  // Blobs and static websites; the other services of a storage account are not simulated.
  new RegExp(`^[a-z0-9]{3,24}\\.(blob|z\\d+\\.web)\\.${literal(cloud.storage)}$`),
]);

function literal(name: string): string {
  return name.replaceAll(".", "\\.");
}

/** What the proxy does with a host: tunnel to the simulated cloud, refuse, or leave alone. */
export function destinationOf(host: string): "simulated" | "refused" | "passed" {
  const name = host.toLowerCase();
  if (simulated.some((pattern) => pattern.test(name))) return "simulated";
  return azureOwned.some((suffix) => name.endsWith(suffix) || name === suffix.slice(1)) ? "refused" : "passed";
}

/** A CONNECT proxy, on a free port of 127.0.0.1, that brings Azure's host names and those of issuers to the simulated cloud's TLS port. */
export async function startProxy(
  tlsPort: number,
  log: (line: string) => void,
  isIssuer: (host: string) => boolean = () => false,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Duplex>();
  const server: Server = createServer((request, response) => {
    response.writeHead(501, { "content-type": "text/plain" });
    response.end(
      `The sandbox's proxy carries only CONNECT (https), not ${request.method} ${request.url}. Use https.\n`,
    );
  });
  server.on("connection", (socket) => track(sockets, socket));
  server.on("connect", (request, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    const [host = "", port = "443"] = splitAuthority(request.url ?? "");
    const destination = isIssuer(host) ? "simulated" : destinationOf(host);
    if (destination === "refused") {
      log(`proxy: refused ${host}`);
      refuse(
        client,
        "403 Forbidden",
        `${host} belongs to Azure and the sandbox does not simulate it. Nothing was sent there.`,
      );
      return;
    }
    if (!isPort(port)) {
      refuse(client, "400 Bad Request", `${request.url} has no port from 1 to 65535.`);
      return;
    }
    let connected = false;
    const upstream: Socket =
      destination === "simulated" ? connect(tlsPort, "127.0.0.1") : connect(Number(port), host.replace(/^\[|\]$/g, ""));
    track(sockets, upstream);
    upstream.once("connect", () => {
      connected = true;
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", (error) => {
      if (connected) client.destroy();
      else refuse(client, "502 Bad Gateway", `${host}:${port} cannot be reached: ${error.message}`);
    });
    upstream.once("close", () => client.end());
    client.once("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no TCP port.");
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function splitAuthority(authority: string): [string, string] {
  const at = authority.lastIndexOf(":");
  return at < 0 ? [authority, "443"] : [authority.slice(0, at), authority.slice(at + 1)];
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65536;
}

function refuse(client: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  client.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function track(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}
