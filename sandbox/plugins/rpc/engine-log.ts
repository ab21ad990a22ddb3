import * as grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";

/** How loud a message is. Debug messages are seen only with `--debug`. */
export type Severity = "debug" | "info" | "warning" | "error";

let address: string | undefined;
let client: InstanceType<typeof engineGrpc.EngineClient> | undefined;

/** Tells where the engine listens. Called by the server, from the command line and again from the handshake. */
export function useEngine(engineAddress: string): void {
  if (engineAddress === address) return;
  address = engineAddress;
  client?.close();
  client = undefined;
}

/**
 * Shows a message in Pulumi's display, at the resource when a URN is given. An ephemeral message is only the
 * status text beside a running resource, replaced by the next one. Without an engine it goes to stderr.
 */
export function engineLog(severity: Severity, message: string, urn = "", ephemeral = false): Promise<void> {
  if (address === undefined) {
    process.stderr.write(`${severity}: ${message}\n`);
    return Promise.resolve();
  }
  client ??= new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  const { DEBUG, INFO, WARNING, ERROR } = engineProto.LogSeverity;
  const request = new engineProto.LogRequest();
  request.setSeverity({ debug: DEBUG, info: INFO, warning: WARNING, error: ERROR }[severity]);
  request.setMessage(message);
  request.setUrn(urn);
  request.setEphemeral(ephemeral);
  const open = client;
  // A lost message must not fail the resource that it is about.
  return new Promise((resolve) => open.log(request, () => resolve()));
}
