import { BlockList, isIP } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy by which kubectl and the Kubernetes provider reach a server whose kubeconfig names none: that of the environment,
 * by the rules of Go's net/http (golang.org/x/net/http/httpproxy), so that what they reach is reached here too. Node itself has
 * such rules since 24.5 only, and others: it knows no CIDR in NO_PROXY, and sends this machine's own addresses to the proxy.
 */
export function environmentProxy(server: string, environment: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const variable = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = either(environment, variable);
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === "" || isOwn(host)) return undefined;
  const exceptions = either(environment, "NO_PROXY")
    .split(",")
    .map((entry) => entry.trim().toLowerCase());
  const wholePort = port || (protocol === "https:" ? "443" : "80");
  if (exceptions.some((entry) => entry !== "" && covers(entry, host, wholePort))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function either(environment: Environment, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || "";
}

function isOwn(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [network = "", prefix] = entry.split("/");
  if (prefix !== undefined) return inNetwork(host, network, Number(prefix));
  const [, name = entry, onlyPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = name.replace(/^\[|\]$/g, "").replace(/^\*\./, ".");
  if (domain.startsWith(".")) return host.endsWith(domain);
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function inNetwork(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !(prefix >= 0 && prefix <= (family === 4 ? 32 : 128))) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(host, type);
}
