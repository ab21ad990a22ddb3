import * as pulumi from "@pulumi/pulumi";
import { connectedClusters } from "./arc-api";

interface ArcAgentsInputs {
  clusterId: string;
  apiVersion: string;
  /** Resource Manager's address. */
  endpoint: string;
  /** Access token of the deployer; lives for about an hour and says nothing about the cluster. */
  token: string;
  /** How long agents and issuer may take. */
  patienceSeconds: number;
}

/** What a connected cluster says about itself, as far as it matters here. */
interface ReportedProperties {
  arcAgentProfile?: { agentState?: string; agentErrors?: { message?: string }[] | null } | null;
  oidcIssuerProfile?: { issuerUrl?: string | null } | null;
}

/**
 * The code behind {@link ArcAgents}. It runs in a process of its own, from text that Pulumi keeps in the state: so it
 * refers to nothing outside of its functions.
 */
export const arcAgentsProvider: pulumi.dynamic.ResourceProvider<ArcAgentsInputs> = {
  async diff(_id, olds, news) {
    const replaces = olds.clusterId === news.clusterId ? [] : ["clusterId"];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create({ clusterId, apiVersion, endpoint, token, patienceSeconds }) {
    const { ResourceManagementClient } = require("@azure/arm-resources") as typeof import("@azure/arm-resources");
    const [, , subscriptionId = "", , resourceGroup = "", , , , name = ""] = clusterId.split("/");
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 600_000 }) };
    const { resources } = new ResourceManagementClient(credential, subscriptionId, { endpoint });
    const show = `az connectedk8s show -n ${name} -g ${resourceGroup} --subscription ${subscriptionId}`;

    const deadline = Date.now() + patienceSeconds * 1000;
    let said = "";
    for (let pause = 500; ; pause = Math.min(pause * 2, 15_000)) {
      let seen = "";
      try {
        const reported: ReportedProperties = (await resources.getById(clusterId, apiVersion)).properties ?? {};
        const { agentState, agentErrors } = reported.arcAgentProfile ?? {};
        const issuerUrl = reported.oidcIssuerProfile?.issuerUrl;
        if (agentState === "Succeeded" && issuerUrl) {
          return { id: clusterId, outs: { clusterId, apiVersion, endpoint, issuerUrl } };
        }
        const errors = (agentErrors ?? []).map(({ message }) => message ?? "").join("; ");
        seen = `agents ${agentState ?? "not reported yet"}${errors === "" ? "" : ` (${errors})`}, issuer ${issuerUrl || "not there yet"}`;
      } catch (error) {
        // Resource Manager may not find at once what was made a moment ago, and has its bad minutes in half an hour.
        const status = (error as { statusCode?: number }).statusCode;
        if (status === 401 || status === 403) throw error;
        seen = `not readable: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
      }
      if (seen !== said) console.log(`${name} waits for its Arc agents and its issuer: ${seen}`);
      said = seen;
      if (Date.now() + pause > deadline) {
        throw new Error(
          [
            `Cluster ${name} is made, but its Arc agents or its OIDC issuer are not ready after ${Math.round(patienceSeconds / 60)} minutes.`,
            `  seen:   ${seen}`,
            `  look:   ${show} --query "{agents:arcAgentProfile, issuer:oidcIssuerProfile, workloadIdentity:securityProfile}"`,
            "  to do:  when agentState is Succeeded and issuerUrl is there, run `pulumi up` again: it goes on from here",
          ].join("\n"),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  },

  // Nothing was made: the cluster and its agents belong to other resources.
  async delete() {},
};

export interface ArcAgentsArgs {
  readonly clusterId: pulumi.Input<string>;
  readonly endpoint: string;
  readonly token: pulumi.Input<string>;
  readonly patienceSeconds?: number;
}

/**
 * Waits until the Arc agents of a new cluster work and Azure has published its issuer, which is some minutes after
 * Azure calls the cluster itself made. What it saw is in the state, and so known to every later preview.
 */
export class ArcAgents extends pulumi.dynamic.Resource {
  /** Issuer of the cluster's tokens, letter by letter as Azure reports it. */
  declare public readonly issuerUrl: pulumi.Output<string>;

  constructor(name: string, args: ArcAgentsArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      arcAgentsProvider,
      name,
      {
        clusterId: args.clusterId,
        apiVersion: connectedClusters.apiVersion,
        endpoint: args.endpoint,
        token: pulumi.secret(args.token),
        patienceSeconds: args.patienceSeconds ?? 30 * 60,
        issuerUrl: undefined,
      },
      opts,
      "azure",
      "ArcAgents",
    );
  }
}
