import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { followProbes, isProbed } from "../../sandbox/node/probes.ts";

let status = 200;
let server: Server;
let port = 0;
let asked = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Follows a container whose named port stands at the server's, and notes what the probes say. */
function follow(probes: { readiness?: number; liveness?: number }, run: () => string | undefined = () => "first") {
  const told: string[] = [];
  const httpGet = { path: "/healthz", port: "health" };
  const stop = followProbes({
    spec: {
      name: "app",
      ports: [{ name: "health", containerPort: 9440 }],
      ...(probes.readiness ? { readinessProbe: { httpGet, periodSeconds: probes.readiness } } : {}),
      ...(probes.liveness ? { livenessProbe: { httpGet, periodSeconds: probes.liveness, failureThreshold: 1 } } : {}),
    },
    localPort: (wanted) => (wanted === 9440 ? port : wanted),
    run,
    onReady: (ready) => told.push(ready ? "ready" : "not ready"),
    onDead: (why) => told.push(`dead: ${why}`),
  });
  return { told, stop };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}

it("a container is not ready before its probe says so, at the port that stands for its own", async () => {
  status = 200;
  const { told, stop } = follow({ readiness: 0.05 });
  await until(() => told.includes("ready"));
  stop();
  expect(told).toEqual(["not ready", "ready"]);
});

it("a container whose liveness probe fails is to be ended", async () => {
  status = 500;
  const { told, stop } = follow({ liveness: 0.05 });
  await until(() => told.length > 0);
  stop();
  expect(told[0]).toBe("dead: HTTP probe failed with statuscode: 500");
});

it("a container whose next run fails too is to be ended again, also when it started between two looks", async () => {
  status = 500;
  let run = "first";
  const { told, stop } = follow({ liveness: 0.05 }, () => run);
  await until(() => told.length > 0);
  const before = asked;
  await until(() => asked >= before + 3);
  expect(told).toHaveLength(1);
  run = "second";
  await until(() => told.length > 1);
  stop();
});

it("a container that lives is left alone, and one without probes that are run here too", async () => {
  status = 200;
  const alive = follow({ liveness: 0.02 });
  const before = asked;
  await until(() => asked >= before + 4);
  alive.stop();
  expect(alive.told).toEqual([]);
  expect(isProbed({ name: "app", readinessProbe: { exec: { command: ["true"] } } })).toBe(false);
  expect(isProbed({ name: "app" })).toBe(false);
  expect(isProbed({ name: "app", readinessProbe: { tcpSocket: { port: 1 } } })).toBe(true);
});
