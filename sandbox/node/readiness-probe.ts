import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { connect } from "node:net";
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { loopback } from "./downward-api.ts";

/**
 * Follows the readiness probe of a container: `onResult` is told each change. Probes by HTTP, HTTPS and TCP go to the
 * loopback address that all pods share. Probes by exec and gRPC are not run here: such a container counts as ready while
 * it runs. Liveness and startup probes are not run either.
 */
export function followReadiness(
  container: V1Container,
  running: () => boolean,
  onResult: (ready: boolean, why: string | undefined) => void,
): () => void {
  const probe = container.readinessProbe;
  if (!probe || (!probe.httpGet && !probe.tcpSocket)) return () => undefined;
  let ready: boolean | undefined;
  let streak = 0;
  let wasRunning = false;
  const look = async () => {
    if (!running()) {
      wasRunning = false;
      return;
    }
    if (!wasRunning) {
      // A new run starts as not ready.
      wasRunning = true;
      ready = false;
      streak = 0;
      onResult(false, undefined);
    }
    const failure = await attempt(container, probe);
    if (!running()) return;
    const good = failure === undefined;
    streak = good === ready ? 0 : streak + 1;
    const needed = good ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (good !== ready && streak >= needed) {
      ready = good;
      streak = 0;
      onResult(good, failure);
    }
  };
  const timer = setInterval(() => void look(), Math.min((probe.periodSeconds ?? 10) * 1000, 1000));
  return () => clearInterval(timer);
}

/** Undefined when the probe succeeds, else why not. */
function attempt(container: V1Container, probe: V1Probe): Promise<string | undefined> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet) {
    const { path = "/", port, scheme, host } = probe.httpGet;
    const address = `${host ?? loopback}:${portNumber(container, port)}${path.startsWith("/") ? path : `/${path}`}`;
    return scheme === "HTTPS" ? askOverTls(`https://${address}`, timeout) : ask(`http://${address}`, timeout);
  }
  return connects(portNumber(container, probe.tcpSocket?.port ?? 0), timeout);
}

function ask(url: string, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = httpGet(url, { agent: false, timeout }, (answer) => resolve(judge(answer.resume().statusCode)));
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (error) => resolve(error.message));
  });
}

function askOverTls(url: string, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // As the kubelet: a probe does not check the container's certificate.
    const options = { agent: false, timeout, rejectUnauthorized: false };
    const request = httpsGet(url, options, (answer) => resolve(judge(answer.resume().statusCode)));
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (error) => resolve(error.message));
  });
}

function judge(status = 0): string | undefined {
  return status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`;
}

function connects(port: number, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: loopback, port, timeout }, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on("timeout", () => socket.destroy(new Error("timeout")));
    socket.on("error", (error) => resolve(error.message));
  });
}

function portNumber(container: V1Container, port: number | string): number {
  if (typeof port === "number") return port;
  return container.ports?.find((one) => one.name === port)?.containerPort ?? Number(port);
}
