import * as pulumi from "@pulumi/pulumi";

interface RemovalInputs {
  clusterId: string;
  kubeconfig: string;
}

/**
 * The code behind {@link PodDisruptionBudgetRemoval}. It runs in a process of its own, from text that Pulumi keeps in the
 * state: so it refers to nothing outside of its functions.
 */
export const podDisruptionBudgetRemoval: pulumi.dynamic.ResourceProvider<RemovalInputs> = {
  async diff(_id, olds, news) {
    const replaces = olds.clusterId === news.clusterId ? [] : ["clusterId"];
    const changes = replaces.length > 0 || olds.kubeconfig !== news.kubeconfig;
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create({ clusterId, kubeconfig }) {
    return { id: clusterId, outs: { clusterId, kubeconfig } };
  },

  async update(_id, _olds, { clusterId, kubeconfig }) {
    return { outs: { clusterId, kubeconfig } };
  },

  /** Never fails: a cluster that cannot be reached, or is gone already, must still be deletable. */
  async delete(_id, { clusterId, kubeconfig }) {
    const [, , subscriptionId = "", , resourceGroup = "", , , , cluster = ""] = clusterId.split("/");
    const byHand = `az aksarc get-credentials -n ${cluster} -g ${resourceGroup} --subscription ${subscriptionId} --admin, then kubectl delete pdb --all --all-namespaces`;

    type Client = typeof import("@kubernetes/client-node", { with: { "resolution-mode": "import" }});
    const { KubeConfig, PolicyV1Api } = require("@kubernetes/client-node") as Client;
    const within = async <Value>(answer: Promise<Value>): Promise<Value> => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error("no answer within 10 seconds")), 10_000);
      });
      return Promise.race([answer, late]).finally(() => clearTimeout(timer));
    };

    const attempts = 4;
    let reason = "";
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        const config = new KubeConfig();
        config.loadFromString(kubeconfig);
        const policy = config.makeApiClient(PolicyV1Api);
        const { items } = await within(policy.listPodDisruptionBudgetForAllNamespaces());
        if (items.length === 0) return;
        for (const { metadata } of items) {
          const { name = "", namespace = "" } = metadata ?? {};
          console.log(
            `${cluster}: PodDisruptionBudget ${namespace}/${name} would keep the cluster from being deleted and goes first`,
          );
          await within(policy.deleteNamespacedPodDisruptionBudget({ name, namespace })).catch((error) => {
            if (error.code !== 404) throw error;
          });
        }
        reason = `${items.length} came back after they were removed`;
      } catch (error) {
        reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      }
      if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
    }
    console.warn(
      [
        `The PodDisruptionBudgets of cluster ${cluster} could not all be removed: ${reason}. Its deletion goes on.`,
        `Should Azure not come to an end with it, remove them and run \`pulumi destroy\` again: ${byHand}`,
      ].join(" "),
    );
  },
};

export interface PodDisruptionBudgetRemovalArgs {
  readonly clusterId: pulumi.Input<string>;
  readonly kubeconfig: pulumi.Input<string>;
}

/**
 * Removes every PodDisruptionBudget of a cluster right before the cluster is deleted: AKS Arc's deletion fails on them,
 * and workload identity itself brings one. While the cluster lives it does nothing. It has to depend on what it unblocks.
 * Source: AKS Arc, "Can't fully delete AKS Arc cluster with PodDisruptionBudget (PDB) resources".
 */
export class PodDisruptionBudgetRemoval extends pulumi.dynamic.Resource {
  constructor(name: string, args: PodDisruptionBudgetRemovalArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      podDisruptionBudgetRemoval,
      name,
      { clusterId: args.clusterId, kubeconfig: pulumi.secret(args.kubeconfig) },
      opts,
      "kubernetes",
      "PodDisruptionBudgetRemoval",
    );
  }
}
