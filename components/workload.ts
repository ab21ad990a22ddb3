import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { Job } from "@pulumi/kubernetes/batch/v1/job";
import { Pod } from "@pulumi/kubernetes/core/v1/pod";
import type { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import type { Workload as WorkloadConfig } from "../config/workload";
import type { ReachableCluster } from "./clusters/cluster";
import { podTemplate, selectorLabels } from "./pod-template";

/** The identity of tenant B that a workload becomes. */
export interface TokenSource {
  readonly clientId: pulumi.Input<string>;
  readonly tenantId: pulumi.Input<string>;
  /** Subscription that the workload works in; undefined when the config does not say. */
  readonly subscriptionId: string | undefined;
  /** What has to exist before the first token is of use. */
  readonly readyAfter: readonly pulumi.Resource[];
}

export interface WorkloadArgs {
  readonly workload: WorkloadConfig;
  readonly cluster: ReachableCluster;
  /** Who signs the pods' tokens. */
  readonly issuer: pulumi.Input<string>;
  readonly serviceAccount: ServiceAccount;
  readonly identity: TokenSource;
  /**
   * Whether the stack file keeps something of `workloads` secret. Nobody can tell which part, so all that may carry a
   * secret (variables, command, arguments, image) stays secret in the state.
   */
  readonly secret: boolean;
}

/** A Pod, Deployment, Job or CronJob whose pods get tokens of tenant B. */
export class Workload extends pulumi.ComponentResource {
  constructor(args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const { workload, cluster, serviceAccount, identity } = args;
    const name = `${workload.namespace}/${workload.name}`;
    super(
      `cross-tenant-identity:kubernetes:Workload`,
      `${workload.kind}/${name}`,
      {},
      { parent: cluster, ...opts, provider: cluster.access.kubernetes },
    );

    const template = podTemplate({
      workload,
      serviceAccountName: serviceAccount.metadata.name,
      env: environment(args),
      secret: args.secret,
      trust: pulumi.interpolate`issuer=${args.issuer} tenant=${identity.tenantId} client=${identity.clientId}`,
      restartPolicy: workload.kind === "Pod" || workload.kind === "Deployment" ? "Always" : "Never",
    });
    const metadata = {
      name: workload.name,
      namespace: serviceAccount.metadata.namespace,
      labels: selectorLabels(workload),
    };
    const inCluster = pulumi.mergeOptions(cluster.access.contentOptions(), {
      parent: this,
      // The annotations of the account have to be there when the webhook looks, and the trust when the pod asks.
      dependsOn: [serviceAccount, ...identity.readyAfter],
    });
    // What cannot be updated in place is replaced, and under its own name only after the old one is gone.
    const replacing = (...paths: string[]) => ({ ...inCluster, replaceOnChanges: paths, deleteBeforeReplace: true });

    switch (workload.kind) {
      case "Pod":
        new Pod(
          name,
          { metadata: { ...metadata, ...template.metadata }, spec: template.spec },
          replacing("metadata.annotations", "spec"),
        );
        break;
      case "Deployment":
        new Deployment(
          name,
          {
            metadata,
            spec: { replicas: workload.replicas ?? 1, selector: { matchLabels: selectorLabels(workload) }, template },
          },
          inCluster,
        );
        break;
      case "Job":
        new Job(name, { metadata, spec: { backoffLimit: 3, template } }, replacing("spec.template"));
        break;
      case "CronJob":
        new CronJob(
          name,
          {
            metadata,
            spec: {
              schedule: workload.schedule ?? "",
              concurrencyPolicy: "Forbid",
              jobTemplate: { spec: { backoffLimit: 3, template } },
            },
          },
          inCluster,
        );
        break;
    }
    this.registerOutputs({});
  }
}

/** The user's variables, and the subscription to work in, which pods made after Microsoft's instructions lack. */
function environment({ workload, identity, secret }: WorkloadArgs) {
  const filledIn = identity.subscriptionId === undefined ? {} : { AZURE_SUBSCRIPTION_ID: identity.subscriptionId };
  return Object.entries({ ...filledIn, ...workload.env })
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => ({ name, value: secret && name in workload.env ? pulumi.secret(value) : value }));
}
