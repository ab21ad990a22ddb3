import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import type { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import type * as pulumi from "@pulumi/pulumi";
import { names, podLabels, webhookImage } from "./chart";

export interface ServerArgs {
  readonly namespace: pulumi.Output<string>;
  readonly labels: Record<string, string>;
  readonly replicas: number;
  readonly serviceAccount: ServiceAccount;
  readonly config: ConfigMap;
  /** What the config says, so that a change of it starts new pods: a pod reads it once. */
  readonly settings: Record<string, string>;
  readonly certificate: Secret;
  /** Rights without which the pods never become ready. */
  readonly rights: readonly pulumi.Resource[];
}

/** The webhook's pods behind their service. It exists once they are ready. */
export function runServer(
  args: ServerArgs,
  opts: pulumi.CustomResourceOptions,
): { service: Service; ready: Deployment } {
  const { namespace, labels, replicas } = args;

  // As much as a class outside of Kubernetes' own may have. Those (system-cluster-critical, the chart's choice) are kept
  // for kube-system by some clusters: GKE makes no such pod elsewhere without a quota for it.
  const priority = new PriorityClass(
    names.priorityClass,
    {
      metadata: { name: names.priorityClass, labels },
      value: 1_000_000_000,
      description: "The workload identity webhook: while it is away, no pod that uses it can start.",
    },
    opts,
  );
  const service = new Service(
    names.service,
    {
      // The provider would wait for pods behind it, and they come with the deployment, which is waited for itself.
      metadata: { name: names.service, namespace, labels, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { type: "ClusterIP", ports: [{ port: 443, targetPort: 9443 }], selector: podLabels },
    },
    opts,
  );
  const deployment = new Deployment(
    names.deployment,
    {
      metadata: { name: names.deployment, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: podLabels },
        template: {
          metadata: { labels: podLabels, annotations: args.settings },
          spec: podSpec(args, priority.metadata.name),
        },
      },
    },
    { ...opts, dependsOn: [...args.rights, service] },
  );
  // A budget for the only pod would keep its node from being drained.
  if (replicas > 1) {
    new PodDisruptionBudget(
      names.deployment,
      {
        metadata: { name: names.deployment, namespace, labels },
        spec: { minAvailable: 1, selector: { matchLabels: podLabels } },
      },
      opts,
    );
  }
  return { service, ready: deployment };
}

function podSpec(args: ServerArgs, priorityClassName: pulumi.Output<string>) {
  return {
    serviceAccountName: args.serviceAccount.metadata.name,
    priorityClassName,
    nodeSelector: { "kubernetes.io/os": "linux" },
    // One lost node should not take all of them, but a cluster of one node must do too.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: podLabels },
      },
    ],
    containers: [
      {
        name: "manager",
        image: webhookImage,
        imagePullPolicy: "IfNotPresent",
        command: ["/manager"],
        args: ["--log-level=info", "--metrics-addr=:8095", "--metrics-backend=prometheus"],
        env: [
          { name: "POD_NAMESPACE", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } } },
        ],
        envFrom: [{ configMapRef: { name: args.config.metadata.name } }],
        ports: [
          { name: "metrics", containerPort: 8095, protocol: "TCP" },
          { name: "webhook-server", containerPort: 9443, protocol: "TCP" },
          { name: "healthz", containerPort: 9440, protocol: "TCP" },
        ],
        livenessProbe: {
          httpGet: { path: "/healthz", port: "healthz" },
          failureThreshold: 6,
          initialDelaySeconds: 15,
          periodSeconds: 20,
        },
        readinessProbe: {
          httpGet: { path: "/readyz", port: "healthz" },
          initialDelaySeconds: 5,
          periodSeconds: 5,
        },
        resources: { limits: { cpu: "100m", memory: "30Mi" }, requests: { cpu: "100m", memory: "20Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsGroup: 65532,
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        volumeMounts: [{ name: "cert", mountPath: "/certs", readOnly: true }],
      },
    ],
    volumes: [{ name: "cert", secret: { defaultMode: 420, secretName: args.certificate.metadata.name } }],
  };
}
