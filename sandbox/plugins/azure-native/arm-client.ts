import type { GenericResource, ResourceManagementClient } from "@azure/arm-resources";
import type { AccessToken, TokenCredential } from "@azure/identity";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "../rpc/values.ts";
import { ArmError, describeFailure } from "./arm-error.ts";
import { type AzureCloud, findCloud } from "./azure-cloud.ts";
import { makeCredential } from "./credential.ts";
import type { ProviderSettings } from "./settings.ts";

/** How a PUT ended: done, or taken by Azure and failed afterwards, so that there may be a half-made resource. */
export class AcceptedButFailed extends Error {
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

interface Connection {
  cloud: AzureCloud;
  credential: TokenCredential;
  client: ResourceManagementClient;
}

/**
 * Azure Resource Manager through Microsoft's client: sign-in, retries, throttling and long-running operations are theirs.
 * Nothing is loaded and nobody is called before the first request.
 */
export class ArmClient {
  readonly #settings: ProviderSettings;
  #connection: Promise<Connection> | undefined;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  /** Reads a resource. @throws ArmError, with status 404 when it is not there */
  async get(id: string, apiVersion: string, abortSignal?: AbortSignal): Promise<PropertyMap> {
    return this.#attempt(`GET ${id}`, async ({ client }) => {
      const answer = new Answer();
      await client.resources.getById(id.replace(/^\//, ""), apiVersion, { abortSignal, onResponse: answer.keep });
      return answer.body();
    });
  }

  /** Creates or replaces a resource and waits until Azure is done. @throws AcceptedButFailed | ArmError */
  async put(id: string, apiVersion: string, body: PropertyMap, abortSignal: AbortSignal): Promise<void> {
    const answer = new Answer();
    try {
      await this.#attempt(`PUT ${id}`, async ({ client }) => {
        const options = { abortSignal, onResponse: answer.keep };
        const resource: GenericResource = { ...body };
        await client.resources.createOrUpdateById(id.replace(/^\//, ""), apiVersion, resource, options);
      });
    } catch (error) {
      if (answer.accepted && error instanceof Error) throw new AcceptedButFailed(error);
      throw error;
    }
  }

  /** Deletes a resource and waits until it is gone. A resource that is not there is no error. */
  async delete(id: string, apiVersion: string, abortSignal: AbortSignal): Promise<void> {
    try {
      await this.#attempt(`DELETE ${id}`, async ({ client }) => {
        await client.resources.deleteById(id.replace(/^\//, ""), apiVersion, { abortSignal });
      });
    } catch (error) {
      if (!(error instanceof ArmError && error.status === 404)) throw error;
    }
  }

  /** Calls an action of a resource, such as listing its keys. */
  async post(id: string, query: Record<string, string>, abortSignal?: AbortSignal): Promise<PropertyMap> {
    return this.#attempt(`POST ${id}`, async ({ client, cloud }) => {
      const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } = await import(
        "@azure/core-rest-pipeline"
      );
      const request = createPipelineRequest({
        url: `${cloud.resourceManager}${id}?${new URLSearchParams(query)}`,
        method: "POST",
        headers: createHttpHeaders({ accept: "application/json", "content-type": "application/json" }),
        body: "{}",
        ...(abortSignal && { abortSignal }),
      });
      const response = await client.pipeline.sendRequest(createDefaultHttpClient(), request);
      const answer = new Answer();
      answer.keep(response);
      if (response.status !== 200 && response.status !== 201) throw answer.error(`POST ${id}`);
      return answer.body();
    });
  }

  /** Who signs in, and in which cloud: for the clients of data planes. */
  async signIn(): Promise<Pick<Connection, "cloud" | "credential">> {
    return this.#attempt("sign-in", async (connection) => connection);
  }

  /** A token for a resource such as `https://management.azure.com/`; without one, for Resource Manager. */
  async token(resource?: string): Promise<AccessToken> {
    return this.#attempt("sign-in", async ({ credential, cloud }) => {
      // An address with its slash keeps it in the token's audience: "Scopes and permissions in the Microsoft identity
      // platform", section "Trailing slash and .default" (learn.microsoft.com/entra/identity-platform/scopes-oidc).
      const token = await credential.getToken(`${resource || `${cloud.resourceManager}/`}/.default`);
      if (token === null) throw new Error("the credential gave no token");
      return token;
    });
  }

  async #attempt<T>(request: string, run: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      this.#connection ??= this.#connect();
      return await run(await this.#connection);
    } catch (error) {
      throw describeFailure(error, request, this.#settings);
    }
  }

  async #connect(): Promise<Connection> {
    const [{ ResourceManagementClient }, cloud] = await Promise.all([
      import("@azure/arm-resources"),
      findCloud(this.#settings),
    ]);
    const credential = await makeCredential(this.#settings, cloud);
    const client = new ResourceManagementClient(credential, this.#settings.subscriptionId, {
      endpoint: cloud.resourceManager,
      credentials: { scopes: [`${cloud.audience}/.default`] },
      userAgentOptions: { userAgentPrefix: "pulumi-azure-native-sandbox" },
    });
    return { cloud, credential, client };
  }
}

/** The raw answer to a request: the client's own models leave out what they do not know, such as `eTag`. */
class Answer {
  #status = 0;
  #text: string | undefined;

  readonly keep = (response: { status: number; bodyAsText?: string | null }): void => {
    this.#status = response.status;
    this.#text = response.bodyAsText ?? undefined;
  };

  get accepted(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  body(): PropertyMap {
    const body: PropertyValue = JSON.parse(this.#text ?? "null");
    return isPropertyMap(body) ? body : {};
  }

  error(request: string): ArmError {
    let body: PropertyValue = null;
    try {
      body = JSON.parse(this.#text ?? "null");
    } catch {
      // An answer that is not JSON, such as a proxy's page, is shown as it is.
    }
    const inner = isPropertyMap(body) && isPropertyMap(body.error) ? body.error : {};
    const { code, message } = inner;
    const said = typeof message === "string" ? message : (this.#text ?? "no answer");
    const text =
      this.#status === 202
        ? "202 Accepted: the result comes later at the address in Location, and azure-native does not follow it for a function. Ask Resource Manager yourself."
        : said;
    return new ArmError(this.#status, typeof code === "string" ? code : "", text, request);
  }
}
