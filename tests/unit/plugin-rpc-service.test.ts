import * as grpc from "@grpc/grpc-js";
import providerGrpc, { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import providerProto from "@pulumi/pulumi/proto/provider_pb";
import statusProto from "@pulumi/pulumi/proto/status_pb";
import { NO_DIFF, type Provider, ResourceInitError } from "../../sandbox/plugins/rpc/provider.ts";
import { RequestsInFlight } from "../../sandbox/plugins/rpc/requests-in-flight.ts";
import { providerService } from "../../sandbox/plugins/rpc/service.ts";
import { fromStruct, toStruct } from "../../sandbox/plugins/rpc/struct.ts";
import { Secret } from "../../sandbox/plugins/rpc/values.ts";

const refused = () => Promise.reject(new Error("not expected"));
const quiet: Provider = {
  configure: () => Promise.resolve(),
  check: refused,
  diff: () => Promise.resolve(NO_DIFF),
  create: refused,
  read: refused,
  update: refused,
  delete: refused,
  invoke: refused,
};
const urn = "urn:pulumi:s::p::my:component:Type$azure-native:resources:ResourceGroup::group";

let server: grpc.Server;
let client: ResourceProviderClient;

async function serve(provider: Partial<Provider>): Promise<void> {
  server = new grpc.Server();
  const info = { name: "test", version: "1.2.3" };
  const service = providerService({ ...quiet, ...provider }, info, new RequestsInFlight());
  server.addService(providerGrpc.ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
}

afterEach(() => {
  client.close();
  server.forceShutdown();
});

function create(): Promise<{ id: string; properties: object } | grpc.ServiceError> {
  const request = new providerProto.CreateRequest();
  request.setUrn(urn);
  request.setProperties(toStruct({ name: new Secret("n") }));
  return new Promise((resolve) =>
    client.create(request, (error, response) =>
      resolve(error ?? { id: response.getId(), properties: fromStruct(response.getProperties()) }),
    ),
  );
}

describe("the gRPC service in front of a provider", () => {
  it("hands over the type of the resource, out of the URN of an older engine, with secrets", async () => {
    const seen: unknown[] = [];
    await serve({
      create: async (resource, news) => {
        seen.push(resource, news);
        return { id: "/x", outputs: { ...news, made: true } };
      },
    });
    expect(await create()).toEqual({ id: "/x", properties: { name: new Secret("n"), made: true } });
    expect(seen).toEqual([{ urn, type: "azure-native:resources:ResourceGroup" }, { name: new Secret("n") }]);
  });

  it("answers a failure with the plain message", async () => {
    await serve({ create: () => Promise.reject(new Error('Status=404 Code="X" Message="gone"')) });
    expect(await create()).toMatchObject({ code: grpc.status.UNKNOWN, details: 'Status=404 Code="X" Message="gone"' });
  });

  it("reports a half-made resource in the way that makes the engine keep it", async () => {
    await serve({ create: () => Promise.reject(new ResourceInitError("/x", { a: 1 }, ["no cores left"])) });
    const error = await create();
    if (!("metadata" in error)) throw new Error("expected a failure");
    const [bytes] = error.metadata.get("grpc-status-details-bin");
    if (!(bytes instanceof Buffer)) throw new Error("expected details");
    const [detail] = statusProto.Status.deserializeBinary(bytes).getDetailsList();
    expect(detail?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    const failure = providerProto.ErrorResourceInitFailed.deserializeBinary(
      detail?.getValue_asU8() ?? new Uint8Array(),
    );
    expect(failure.getId()).toBe("/x");
    expect(failure.getReasonsList()).toEqual(["no cores left"]);
    expect(fromStruct(failure.getProperties())).toEqual({ a: 1 });
  });

  it("sees changed provider settings even when the provider has no opinion", async () => {
    await serve({});
    const request = new providerProto.DiffRequest();
    request.setOldInputs(toStruct({ clientSecret: "a" }));
    request.setNews(toStruct({ clientSecret: "b" }));
    const changes = await new Promise((resolve) =>
      client.diffConfig(request, (_, response) => resolve([response.getChanges(), response.getReplacesList()])),
    );
    expect(changes).toEqual([providerProto.DiffResponse.DiffChanges.DIFF_SOME, []]);
  });

  it("refuses a schema clearly", async () => {
    await serve({});
    const error = await new Promise<grpc.ServiceError | null>((resolve) =>
      client.getSchema(new providerProto.GetSchemaRequest(), (failure) => resolve(failure)),
    );
    expect(error).toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
      details: "GetSchema is not offered by test v1.2.3 of the sandbox.",
    });
  });
});

describe("RequestsInFlight", () => {
  it("is idle only after the last request", async () => {
    const inFlight = new RequestsInFlight();
    const order: string[] = [];
    let finish = () => {};
    const running = inFlight.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const idle = inFlight.idle().then(() => order.push("idle"));
    order.push("finish");
    finish();
    await Promise.all([running, idle]);
    expect(order).toEqual(["finish", "idle"]);
  });
});
