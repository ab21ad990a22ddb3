import { fstatSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { useEngine } from "./engine-log.ts";
import type { Provider } from "./provider.ts";
import { RequestsInFlight } from "./requests-in-flight.ts";
import { type PluginInfo, providerService } from "./service.ts";

export type { PluginInfo } from "./service.ts";

const PARENT_CHECK_MS = 1000;
// Kubeconfigs and whole manifests travel in one message; the engine's own limit is 400 MB (pulumi/pulumi rpcutil).
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/**
 * Serves a provider to the Pulumi engine: prints the port on stdout, and nothing else ever, then answers until the engine
 * ends it.
 *
 * The engine ends a plugin with SIGINT to its process group and, 5 s later, SIGKILL (cmdutil.InterruptChildren); a
 * ctrl-C of the user reaches a plugin only as the Cancel request. So SIGINT and SIGTERM mean: finish what is
 * running, then leave. When the engine is gone the process leaves at once.
 */
export async function serveProvider(provider: Provider, info: PluginInfo): Promise<void> {
  const inFlight = new RequestsInFlight();
  const leaveWhenIdle = () => {
    void inFlight.idle().then(() => process.exit(0));
  };
  process.on("SIGINT", leaveWhenIdle);
  process.on("SIGTERM", leaveWhenIdle);
  leaveWithParent();

  const engineAddress = process.argv.slice(2).findLast((argument) => /^[\w.-]+:\d+$/.test(argument));
  if (engineAddress !== undefined) useEngine(engineAddress);

  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(providerGrpc.ResourceProviderService, providerService(provider, info, inFlight));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
}

/** The engine holds the other end of stdin; its end, or a new parent process, means that the engine died. */
function leaveWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MS).unref();
  const stdin = fstatSync(0, { throwIfNoEntry: false });
  if (stdin !== undefined && (stdin.isFIFO() || stdin.isSocket())) {
    process.stdin
      .on("end", () => process.exit(0))
      .on("error", () => process.exit(0))
      .resume();
  }
}
