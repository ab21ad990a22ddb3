import * as pulumi from "@pulumi/pulumi";
import { provisionedClusterInstances } from "./arc-api";

interface AdminKubeconfigInputs {
  clusterId: string;
  apiVersion: string;
  /** Resource Manager's address. */
  endpoint: string;
  /** Access token of the deployer; lives for about an hour and says nothing about the cluster. */
  token: string;
}

/** Azure's answer: the credentials, or how the operation stands that fetches them. */
interface CredentialAnswer {
  status?: string;
  error?: { code?: string; message?: string } | null;
  properties?: { kubeconfigs?: { value?: string }[] } | null;
}

/**
 * The code behind {@link ArcAdminKubeconfig}. It runs in a process of its own, from text that Pulumi keeps in the state:
 * so it refers to nothing outside of its functions.
 */
export const adminKubeconfigProvider: pulumi.dynamic.ResourceProvider<AdminKubeconfigInputs> = {
  async diff(_id, olds, news) {
    const { X509Certificate } = require("node:crypto") as typeof import("node:crypto");
    // The kubeconfig signs in with a certificate; one that ends within a month is fetched anew.
    const ends = (kubeconfig: unknown) => {
      const [, data] = /client-certificate-data:\s*"?([A-Za-z0-9+/=]+)/.exec(String(kubeconfig)) ?? [];
      try {
        return data === undefined ? undefined : Date.parse(new X509Certificate(Buffer.from(data, "base64")).validTo);
      } catch {
        return undefined;
      }
    };
    const end = ends(Reflect.get(olds, "kubeconfig"));
    const endsSoon = end !== undefined && end < Date.now() + 30 * 24 * 3_600_000;
    const replaces = [...(olds.clusterId === news.clusterId ? [] : ["clusterId"]), ...(endsSoon ? ["kubeconfig"] : [])];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },

  async create({ clusterId, apiVersion, endpoint, token }) {
    const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } =
      require("@azure/core-rest-pipeline") as typeof import("@azure/core-rest-pipeline");
    const [, , subscriptionId = "", , resourceGroup = "", , , , name = ""] = clusterId.split("/");
    // Goes through the proxy of the environment, and tries again what passes by itself.
    const pipeline = createPipelineFromOptions({});
    const httpClient = createDefaultHttpClient();
    const send = (method: "GET" | "POST", url: string) => {
      const request = createPipelineRequest({ url, method });
      request.headers.set("authorization", `Bearer ${token}`);
      request.headers.set("accept", "application/json");
      return pipeline.sendRequest(httpClient, request);
    };

    const instance = `${clusterId}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
    let response = await send("POST", `${endpoint}${instance}/listAdminKubeconfig?api-version=${apiVersion}`);
    let address = "";
    const deadline = Date.now() + 10 * 60_000;
    for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
      const { status, headers, bodyAsText } = response;
      let body: CredentialAnswer = {};
      try {
        body = JSON.parse(bodyAsText || "{}");
      } catch {
        body = { error: { message: `${bodyAsText}`.slice(0, 200) } };
      }
      const value = body.properties?.kubeconfigs?.[0]?.value;
      if (status === 200 && value) {
        const kubeconfig = Buffer.from(value, "base64").toString("utf8");
        return { id: clusterId, outs: { clusterId, apiVersion, endpoint, kubeconfig } };
      }
      address = headers.get("location") ?? headers.get("azure-asyncoperation") ?? address;
      const goesOn =
        status === 202 || (status === 200 && !/^(failed|canceled|succeeded)$/i.test(body.status ?? "succeeded"));
      if (!goesOn || address === "" || Date.now() > deadline) {
        throw new Error(
          [
            `Azure gave no kubeconfig for cluster ${name}.`,
            `  answer:  ${status} ${body.error?.code ?? body.status ?? ""}: ${body.error?.message ?? (goesOn ? "still at it after 10 minutes" : "without credentials")}`,
            `  look:    az aksarc get-credentials -n ${name} -g ${resourceGroup} --subscription ${subscriptionId} --admin --file -`,
            "  to do:   when that works, run `pulumi up` again: it goes on from here",
          ].join("\n"),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      // Resource Manager has its bad minutes: until it answers again, what it said before stands.
      const next = await send("GET", address).catch(() => undefined);
      if (next !== undefined && next.status !== 429 && next.status < 500) response = next;
    }
  },

  // The credential is the cluster's, and goes with it.
  async delete() {},
};

export interface ArcAdminKubeconfigArgs {
  readonly clusterId: pulumi.Input<string>;
  readonly endpoint: string;
  readonly token: pulumi.Input<string>;
}

/**
 * The administrator's kubeconfig of a provisioned cluster. azure-native has a function for it, which takes no 202 for an
 * answer (pulumi-azure-native, azure/client_azcore.go), and 202 is what this operation begins with.
 */
export class ArcAdminKubeconfig extends pulumi.dynamic.Resource {
  /** A secret. */
  declare public readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ArcAdminKubeconfigArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      adminKubeconfigProvider,
      name,
      {
        clusterId: args.clusterId,
        apiVersion: provisionedClusterInstances.apiVersion,
        endpoint: args.endpoint,
        token: pulumi.secret(args.token),
        kubeconfig: undefined,
      },
      { ...opts, additionalSecretOutputs: ["kubeconfig"] },
      "azure",
      "ArcAdminKubeconfig",
    );
  }
}
