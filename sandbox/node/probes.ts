import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { connect } from "node:net";
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { loopback } from "./downward-api.ts";

/** How probes reach a container, and what they do to it. */
export interface ProbedContainer {
  spec: V1Container;
  /** The port of this machine that stands for one of the container's. */
  localPort(port: number): number;
  /** The run that goes on, by its id; undefined between two. */
  run(): string | undefined;
  /** Each change of the readiness probe's mind, and the start of each run as not ready. */
  onReady(ready: boolean, why: string | undefined): void;
  /** The liveness probe has failed as often as it may: the container is to be ended. */
  onDead(why: string): void;
}

/**
 * Follows the readiness and the liveness probe of a container until the returned function is called. Probes by HTTP,
 * HTTPS and TCP go to the loopback address that all pods share, at the port that stands there for the container's.
 * Probes by exec and gRPC are not run here: such a container counts as ready, and alive, while it runs. Nor are startup
 * probes. A readiness probe looks once a second at least, so that nobody waits for nothing.
 */
export function followProbes(container: ProbedContainer): () => void {
  const { readinessProbe, livenessProbe } = container.spec;
  const stops = [
    follow(container, readinessProbe, {
      delayMs: 0,
      periodMs: Math.min((readinessProbe?.periodSeconds ?? 10) * 1000, 1000),
      onStart: () => container.onReady(false, undefined),
      onResult: (good, why) => container.onReady(good, why),
    }),
    follow(container, livenessProbe, {
      delayMs: (livenessProbe?.initialDelaySeconds ?? 0) * 1000,
      periodMs: (livenessProbe?.periodSeconds ?? 10) * 1000,
      onResult: (good, why) => {
        if (!good) container.onDead(why ?? "failed");
      },
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Whether the container has a readiness probe that is run here. */
export function isProbed({ readinessProbe }: V1Container): boolean {
  return isRun(readinessProbe);
}

function isRun(probe: V1Probe | undefined): probe is V1Probe {
  return probe?.httpGet !== undefined || probe?.tcpSocket !== undefined;
}

interface Following {
  /** From the start of a run to the first look. */
  delayMs: number;
  periodMs: number;
  onStart?(): void;
  onResult(good: boolean, why: string | undefined): void;
}

/** Looks again and again, and tells each change; what the probe thinks at the start of a run is that of `onStart`. */
function follow(container: ProbedContainer, probe: V1Probe | undefined, following: Following): () => void {
  if (!isRun(probe)) return () => undefined;
  let known: boolean | undefined;
  let streak = 0;
  let run: string | undefined;
  let since = 0;
  const look = async () => {
    const now = container.run();
    if (now !== run) {
      run = now;
      since = Date.now();
      known = following.onStart === undefined ? undefined : false;
      streak = 0;
      if (now !== undefined) following.onStart?.();
    }
    if (now === undefined) return;
    if (Date.now() - since < following.delayMs) return;
    const failure = await attempt(container, probe);
    if (container.run() !== now) return;
    const good = failure === undefined;
    streak = good === known ? 0 : streak + 1;
    const needed = good ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (good !== known && streak >= needed) {
      known = good;
      streak = 0;
      following.onResult(good, failure);
    }
  };
  const timer = setInterval(() => void look(), following.periodMs);
  return () => clearInterval(timer);
}

/** Undefined when the probe succeeds, else why not. */
function attempt({ spec, localPort }: ProbedContainer, probe: V1Probe): Promise<string | undefined> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const portOf = (port: number | string) => localPort(portNumber(spec, port));
  if (probe.httpGet) {
    const { path = "/", port, scheme, host } = probe.httpGet;
    const address = `${host ?? loopback}:${portOf(port)}${path.startsWith("/") ? path : `/${path}`}`;
    return scheme === "HTTPS" ? askOverTls(`https://${address}`, timeout) : ask(`http://${address}`, timeout);
  }
  return connects(portOf(probe.tcpSocket?.port ?? 0), timeout);
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
