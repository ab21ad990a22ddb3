import * as grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import { ResourceInitError } from "./provider.ts";
import { toStruct } from "./struct.ts";

/** What grpc-js takes as the failure of a call. */
export interface RpcFailure {
  code: number;
  details: string;
  metadata?: grpc.Metadata;
}

/** A call that this plugin does not offer at all. */
export class NotOfferedError extends Error {}

/**
 * Turns what a provider threw into a gRPC failure with the plain message. A half-made resource travels as a
 * google.rpc.Status in the trailer `grpc-status-details-bin`, which is where grpc-go, and so the engine, looks for it.
 */
export function rpcFailure(error: unknown): RpcFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NotOfferedError) return { code: grpc.status.UNIMPLEMENTED, details: message };
  if (!(error instanceof ResourceInitError)) return { code: grpc.status.UNKNOWN, details: message };

  const detail = new providerProto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(error.outputs));
  detail.setReasonsList(error.reasons);
  if (error.inputs !== undefined) detail.setInputs(toStruct(error.inputs));
  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");

  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
