import * as pulumi from "@pulumi/pulumi";

/** One of the two features, as it is or as it is to be. */
export type Switch = "enabled" | "disabled";

/** Both as they were read, and of which state of the cluster: each change of a cluster gives it another eTag. */
export interface FoundFeatures {
  readonly oidcIssuer: Switch;
  readonly workloadIdentity: Switch;
  readonly eTag?: string;
}

interface FeaturesInputs {
  clusterId: string;
  apiVersion: string;
  /** Resource Manager's address. */
  endpoint: string;
  /** Access token of the deployer in tenant A; lives for about an hour and says nothing about the cluster. */
  token: string;
  oidcIssuer: Switch;
  workloadIdentity: Switch;
  /** What the program found before it asked for this: where it differs from the wish, there is something to do. */
  found: FoundFeatures;
  /** How long AKS may take for the change. */
  patienceSeconds: number;
}

/** The parts of a managed cluster that matter here; whatever else it has is sent back as it came. */
interface RawCluster {
  eTag?: string;
  properties?: {
    provisioningState?: string;
    oidcIssuerProfile?: { enabled?: boolean; issuerURL?: string } | null;
    securityProfile?: { workloadIdentity?: { enabled?: boolean } | null } | null;
  };
  error?: { code?: string; message?: string };
}

/**
 * The code behind {@link ManagedClusterFeatures}. It runs in a process of its own, from text that Pulumi keeps in the
 * state: so it refers to nothing outside of its functions.
 */
export const managedClusterFeatures: pulumi.dynamic.ResourceProvider<FeaturesInputs> = {
  async diff(_id, olds, { clusterId, oidcIssuer, workloadIdentity, found }) {
    const replaces = olds.clusterId.toLowerCase() === clusterId.toLowerCase() ? [] : ["clusterId"];
    const differs = found.oidcIssuer !== oidcIssuer || found.workloadIdentity !== workloadIdentity;
    // A refresh asks with the inputs of the last deployment: what was found then has been switched since.
    const done =
      found.eTag !== undefined &&
      found.eTag === olds.found?.eTag &&
      olds.oidcIssuer === oidcIssuer &&
      olds.workloadIdentity === workloadIdentity;
    const toDo = differs && !done;
    return { changes: replaces.length > 0 || toDo, replaces, deleteBeforeReplace: false };
  },

  async create({ clusterId, apiVersion, endpoint, token, oidcIssuer, workloadIdentity, found, patienceSeconds }) {
    const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } =
      require("@azure/core-rest-pipeline") as typeof import("@azure/core-rest-pipeline");
    const [, , subscriptionId = "", , resourceGroup = "", , , , name = ""] = clusterId.split("/");
    // Goes through the proxy of the environment, and tries again what passes by itself.
    const pipeline = createPipelineFromOptions({});
    const httpClient = createDefaultHttpClient();
    const place = `-g ${resourceGroup} -n ${name} --subscription ${subscriptionId}`;

    const send = async (method: "GET" | "PUT", cluster?: RawCluster) => {
      const request = createPipelineRequest({ url: `${endpoint}${clusterId}?api-version=${apiVersion}`, method });
      request.headers.set("authorization", `Bearer ${token}`);
      request.headers.set("accept", "application/json");
      if (cluster !== undefined) {
        request.headers.set("content-type", "application/json");
        // Without it the write would undo whatever somebody else changed since it was read.
        request.headers.set("if-match", cluster.eTag ?? "");
        request.body = JSON.stringify(cluster);
      }
      const { status, bodyAsText } = await pipeline.sendRequest(httpClient, request);
      let body: RawCluster = {};
      try {
        body = JSON.parse(bodyAsText || "{}");
      } catch {
        // A gateway on the way answers with a page of its own.
        body = { error: { message: `${bodyAsText}`.slice(0, 200) } };
      }
      return {
        status,
        body,
        answer: `${status} ${body.error?.code ?? ""}: ${body.error?.message ?? bodyAsText ?? ""}`,
      };
    };
    const unreadable = (answer: string) =>
      new Error(`Cluster ${name} could not be read.\n  answer:  ${answer}\n  look:    az aks show ${place}`);
    const asWished = ({ properties = {} }: RawCluster) => {
      const { oidcIssuerProfile: issuer, securityProfile: security } = properties;
      return (
        (issuer?.enabled === true) === (oidcIssuer === "enabled") &&
        (oidcIssuer === "disabled" || Boolean(issuer?.issuerURL)) &&
        (security?.workloadIdentity?.enabled === true) === (workloadIdentity === "enabled")
      );
    };
    const stateOf = (cluster: RawCluster) => cluster.properties?.provisioningState ?? "unknown";
    const busy = (what: string) =>
      new Error(
        [
          `Something else is changing cluster ${name}, so its features were left as they are.`,
          `  answer:  ${what}`,
          `  to do:   wait until it is done, then run \`pulumi up\` again: az aks wait ${place} --updated`,
        ].join("\n"),
      );
    const result = (cluster: RawCluster) => ({
      id: clusterId,
      outs: {
        ...{ clusterId, apiVersion, endpoint, oidcIssuer, workloadIdentity, patienceSeconds },
        found: { oidcIssuer, workloadIdentity, eTag: found.eTag },
        issuerUrl: cluster.properties?.oidcIssuerProfile?.issuerURL,
      },
    });

    // A write that lost the race is not sent again: the cluster is read anew, with what the other one changed.
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { status, body: cluster, answer } = await send("GET");
      if (status !== 200) throw unreadable(answer);
      const { properties = {} } = cluster;
      if (asWished(cluster)) return result(cluster);
      if (stateOf(cluster) !== "Succeeded") throw busy(`provisioningState ${stateOf(cluster)}`);
      if (!cluster.eTag)
        throw new Error(`Azure gave no eTag for cluster ${name}; a write without one could undo others' changes.`);

      const wish = { ...properties };
      wish.oidcIssuerProfile = { ...properties.oidcIssuerProfile, enabled: oidcIssuer === "enabled" };
      wish.securityProfile = {
        ...properties.securityProfile,
        workloadIdentity: { ...properties.securityProfile?.workloadIdentity, enabled: workloadIdentity === "enabled" },
      };
      const written = await send("PUT", { ...cluster, properties: wish });
      if (written.status === 412) continue;
      if (written.status === 409) throw busy(written.answer);
      if (written.status !== 200 && written.status !== 201 && written.status !== 202) {
        throw new Error(
          [
            `AKS refused to change the features of cluster ${name}.`,
            `  wished:  OIDC issuer ${oidcIssuer}, workload identity ${workloadIdentity}`,
            `  answer:  ${written.answer}`,
            `  look:    az aks show ${place} --query "{state:provisioningState, issuer:oidcIssuerProfile, security:securityProfile}"`,
          ].join("\n"),
        );
      }

      const deadline = Date.now() + patienceSeconds * 1000;
      for (let pause = 500; ; pause = Math.min(pause * 2, 15_000)) {
        // Resource Manager has its bad minutes in half an hour. What it says of rights, or of a cluster that is gone, holds.
        const { status, body, answer } = await send("GET").catch((error: unknown) => ({
          ...{ status: 0, body: {} satisfies RawCluster },
          answer: error instanceof Error ? error.message : String(error),
        }));
        if (status === 401 || status === 403 || status === 404) throw unreadable(answer);
        const state = status === 200 ? stateOf(body) : `unknown (${answer})`;
        // Right after the write, Azure may still show the cluster as it was before.
        if (state === "Succeeded" && asWished(body)) return result(body);
        const failed = state === "Failed" || state === "Canceled";
        if (failed || Date.now() + pause > deadline) {
          const late = `${state === "Succeeded" ? "not to be seen" : state} after ${Math.round(patienceSeconds / 60)} minutes`;
          throw new Error(
            [
              `The change of cluster ${name}'s features is ${failed ? state : late}.`,
              `  look:    az aks show ${place} --query "{state:provisioningState, status:status}"`,
              `  to do:   when it is Succeeded, run \`pulumi up\` again; when it has failed, reconcile it first: az aks update ${place}`,
            ].join("\n"),
          );
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    throw new Error(
      [
        `Cluster ${name} was changed by somebody else each time its features were to be switched; nothing was overwritten.`,
        "  answer:  412 PreconditionFailed, three times",
        "  to do:   find out who writes to it (another deployment of the same cluster?), and run `pulumi up` again when it rests",
      ].join("\n"),
    );
  },

  async update(_id, _olds, news) {
    const { outs } = await this.create(news);
    return { outs };
  },

  // The cluster is not this stack's: it stays as it is.
  async delete() {},
};

export interface ManagedClusterFeaturesArgs {
  readonly clusterId: string;
  readonly endpoint: string;
  readonly token: pulumi.Input<string>;
  readonly oidcIssuer: Switch;
  readonly workloadIdentity: Switch;
  readonly found: FoundFeatures;
}

/**
 * OIDC issuer and workload identity of a cluster that others made. Whoever else switched one back shows as an update in
 * the next preview. Every other property of the cluster stays byte for byte: AKS takes the whole cluster only, so it is
 * read, changed in two places and written under its ETag (learn.microsoft.com/azure/aks/use-etags).
 */
export class ManagedClusterFeatures extends pulumi.dynamic.Resource {
  /** Issuer of the cluster's tokens, letter by letter as AKS reports it. */
  declare public readonly issuerUrl: pulumi.Output<string>;

  constructor(name: string, args: ManagedClusterFeaturesArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      managedClusterFeatures,
      name,
      {
        clusterId: args.clusterId,
        // Raw, and so with every property of the cluster that this version knows; AKS keeps those that it does not.
        apiVersion: "2025-10-01",
        endpoint: args.endpoint,
        token: pulumi.secret(args.token),
        oidcIssuer: args.oidcIssuer,
        workloadIdentity: args.workloadIdentity,
        found: args.found,
        patienceSeconds: 30 * 60,
        issuerUrl: undefined,
      },
      // A preview of a destroy then says [retain], and not that something of the cluster goes.
      { ...opts, retainOnDelete: true },
      "azure",
      "ManagedClusterFeatures",
    );
  }
}
