import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../config/workload";
import { serviceAccountAnnotation } from "../federation/webhook";
import type { ReachableCluster } from "./clusters/cluster";

/** The namespaces and service accounts of a cluster's workloads, each made once. */
export class ServiceAccounts extends pulumi.ComponentResource {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly accounts = new Map<string, ServiceAccount>();

  constructor(
    private readonly cluster: ReachableCluster,
    workloads: readonly Workload[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "cross-tenant-identity:kubernetes:ServiceAccounts",
      "service-accounts",
      {},
      { parent: cluster, ...opts, provider: cluster.access.kubernetes },
    );
    for (const { namespace, createNamespace } of workloads) {
      if (!createNamespace || this.namespaces.has(namespace)) continue;
      this.namespaces.set(namespace, new Namespace(namespace, { metadata: { name: namespace } }, this.inCluster()));
    }
    this.registerOutputs({});
  }

  /** The service account of a workload, annotated with the identity whose tokens its pods get. */
  public of(
    workload: Workload,
    identity: { clientId: pulumi.Input<string>; tenantId: pulumi.Input<string> },
  ): ServiceAccount {
    const key = `${workload.namespace}/${workload.serviceAccount}`;
    const existing = this.accounts.get(key);
    if (existing) return existing;
    const account = new ServiceAccount(
      key,
      {
        metadata: {
          name: workload.serviceAccount,
          namespace: this.namespaces.get(workload.namespace)?.metadata.name ?? workload.namespace,
          annotations: {
            [serviceAccountAnnotation.clientId]: identity.clientId,
            [serviceAccountAnnotation.tenantId]: identity.tenantId,
            [serviceAccountAnnotation.tokenExpiration]: `${workload.tokenExpirationSeconds}`,
          },
        },
      },
      this.inCluster(),
    );
    this.accounts.set(key, account);
    return account;
  }

  private inCluster(): pulumi.CustomResourceOptions {
    return { parent: this, ...this.cluster.access.contentOptions() };
  }
}
