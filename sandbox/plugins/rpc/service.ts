import type grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type {
  CheckRequest,
  CheckResponse,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  InvokeRequest,
  ProviderHandshakeRequest,
  ReadRequest,
  UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { useEngine } from "./engine-log.ts";
import { diffResult, objectDiff } from "./object-diff.ts";
import type { CheckFailure, CheckResult, DiffKind, DiffResult, LiveResource, Provider } from "./provider.ts";
import type { RequestsInFlight } from "./requests-in-flight.ts";
import { NotOfferedError, rpcFailure } from "./rpc-error.ts";
import { fromStruct, toStruct } from "./struct.ts";

/** Name and version of a plugin, as `pulumi plugin ls` shows them. */
export interface PluginInfo {
  name: string;
  version: string;
}

/** The ResourceProvider service (pulumi/provider.proto) in front of a {@link Provider}. */
export function providerService(
  provider: Provider,
  info: PluginInfo,
  inFlight: RequestsInFlight,
): grpc.UntypedServiceImplementation {
  const unary =
    <Q, R>(answer: (request: Q) => R | Promise<R>): grpc.handleUnaryCall<Q, R> =>
    (call, callback) => {
      inFlight
        .run(async () => answer(call.request))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(rpcFailure(error)),
        );
    };
  const notOffered = (method: string) =>
    unary((): never => {
      throw new NotOfferedError(`${method} is not offered by ${info.name} v${info.version} of the sandbox.`);
    });

  return {
    handshake: unary((request: ProviderHandshakeRequest) => {
      useEngine(request.getEngineAddress());
      const response = new providerProto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      return response;
    }),
    attach: unary((request: InstanceType<typeof pluginProto.PluginAttach>) => {
      useEngine(request.getAddress());
      return new emptyProto.Empty();
    }),
    getPluginInfo: unary(() => {
      const response = new pluginProto.PluginInfo();
      response.setVersion(info.version);
      return response;
    }),
    getSchema: notOffered("GetSchema"),
    parameterize: notOffered("Parameterize"),
    construct: notOffered("Construct"),
    call: notOffered("Call"),
    getMapping: unary(() => new providerProto.GetMappingResponse()),
    getMappings: unary(() => new providerProto.GetMappingsResponse()),
    checkConfig: unary(async (request: CheckRequest) => {
      const news = fromStruct(request.getNews());
      return checkResponse((await provider.checkConfig?.(news)) ?? { inputs: news, failures: [] });
    }),
    diffConfig: unary(async (request: DiffRequest) => {
      const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
      const news = fromStruct(request.getNews());
      const result = await provider.diffConfig?.(olds, news);
      return diffResponse(result ?? diffResult(objectDiff(olds, news), () => false));
    }),
    configure: unary(async (request: ConfigureRequest) => {
      await provider.configure(fromStruct(request.getArgs()), request.getUrn() ?? "");
      const response = new providerProto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(false);
      response.setAcceptoutputs(false);
      return response;
    }),
    check: unary(async (request: CheckRequest) => {
      const seed = request.getRandomseed_asU8();
      const resource = { ...reference(request), name: request.getName() || lastPart(request.getUrn()) };
      return checkResponse(
        await provider.check(resource, fromStruct(request.getOlds()), fromStruct(request.getNews()), seed),
      );
    }),
    diff: unary(async (request: DiffRequest) => {
      const olds = fromStruct(request.getOlds());
      const oldInputs = fromStruct(request.getOldInputs());
      const ignored = request.getIgnorechangesList();
      return diffResponse(await provider.diff(live(request), oldInputs, olds, fromStruct(request.getNews()), ignored));
    }),
    create: unary(async (request: CreateRequest) => {
      const news = fromStruct(request.getProperties());
      const made = await provider.create(reference(request), news, request.getPreview(), request.getTimeout());
      const response = new providerProto.CreateResponse();
      response.setId(made.id);
      response.setProperties(toStruct(made.outputs));
      return response;
    }),
    read: unary(async (request: ReadRequest) => {
      const state = fromStruct(request.getProperties());
      const found = await provider.read(live(request), fromStruct(request.getInputs()), state);
      const response = new providerProto.ReadResponse();
      response.setId(found.id);
      if (found.id !== "") {
        response.setInputs(toStruct(found.inputs));
        response.setProperties(toStruct(found.outputs));
      }
      return response;
    }),
    update: unary(async (request: UpdateRequest) => {
      const outputs = await provider.update(
        live(request),
        fromStruct(request.getOlds()),
        fromStruct(request.getNews()),
        request.getPreview(),
        request.getTimeout(),
        request.getIgnorechangesList(),
        fromStruct(request.getOldInputs()),
      );
      const response = new providerProto.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    }),
    delete: unary(async (request: DeleteRequest) => {
      const inputs = fromStruct(request.getOldInputs());
      await provider.delete(live(request), inputs, fromStruct(request.getProperties()), request.getTimeout());
      return new emptyProto.Empty();
    }),
    invoke: unary(async (request: InvokeRequest) => {
      const result = await provider.invoke(request.getTok(), fromStruct(request.getArgs()), request.getPreview());
      const response = new providerProto.InvokeResponse();
      if (result.outputs !== undefined) response.setReturn(toStruct(result.outputs));
      response.setFailuresList(failureList(result.failures ?? []));
      return response;
    }),
    cancel: unary(() => {
      provider.cancel?.();
      return new emptyProto.Empty();
    }),
  };
}

/** Type and logical name come in the request since engine 3.120; both are also in the URN. */
function reference(request: { getUrn(): string; getType(): string }): { urn: string; type: string } {
  const urn = request.getUrn();
  const qualifiedType = urn.split("::")[2] ?? "";
  return { urn, type: request.getType() || (qualifiedType.split("$").at(-1) ?? "") };
}

function live(request: { getUrn(): string; getType(): string; getId(): string }): LiveResource {
  return { ...reference(request), id: request.getId() };
}

function lastPart(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function checkResponse(result: CheckResult): CheckResponse {
  const response = new providerProto.CheckResponse();
  response.setInputs(toStruct(result.inputs));
  response.setFailuresList(failureList(result.failures));
  return response;
}

function failureList(failures: readonly CheckFailure[]): InstanceType<typeof providerProto.CheckFailure>[] {
  return failures.map(({ property, reason }) => {
    const failure = new providerProto.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

function diffResponse(result: DiffResult): InstanceType<typeof providerProto.DiffResponse> {
  const { DiffChanges } = providerProto.DiffResponse;
  const { Kind } = providerProto.PropertyDiff;
  const kinds: Record<DiffKind, (typeof Kind)[keyof typeof Kind]> = {
    add: Kind.ADD,
    "add-replace": Kind.ADD_REPLACE,
    delete: Kind.DELETE,
    "delete-replace": Kind.DELETE_REPLACE,
    update: Kind.UPDATE,
    "update-replace": Kind.UPDATE_REPLACE,
  };
  const response = new providerProto.DiffResponse();
  response.setChanges(result.changes === "some" ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setReplacesList(result.replaces);
  response.setDeletebeforereplace(result.deleteBeforeReplace);
  response.setDiffsList([...new Set(Object.keys(result.detailedDiff).map((path) => path.split(/[.[]/)[0] || path))]);
  response.setHasdetaileddiff(true);
  for (const [path, { kind, inputDiff }] of Object.entries(result.detailedDiff)) {
    const diff = new providerProto.PropertyDiff();
    diff.setKind(kinds[kind]);
    diff.setInputdiff(inputDiff);
    response.getDetaileddiffMap().set(path, diff);
  }
  return response;
}
