import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../config/workload";
import { useLabel } from "../federation/webhook";

/** Annotation whose change makes new pods; see {@link podTemplate}. */
export const trustAnnotation = "cross-tenant-identity/trust";

export interface PodTemplateArgs {
  readonly workload: Workload;
  readonly serviceAccountName: pulumi.Input<string>;
  /** Variables of the container, those filled in included. */
  readonly env: pulumi.Input<pulumi.Input<{ name: string; value: pulumi.Input<string> }>[]>;
  /** Whether image, command and arguments have to stay secret in the state. */
  readonly secret: boolean;
  /** Client ID, tenant and issuer, as one text. */
  readonly trust: pulumi.Input<string>;
  readonly restartPolicy: "Always" | "Never";
}

/**
 * Metadata and spec of a workload's pod. It passes the `restricted` Pod Security Standard, and it carries the trust in
 * an annotation: the webhook mutates pods only when they are created, so another client ID, tenant or issuer has to make
 * new ones.
 */
export function podTemplate(args: PodTemplateArgs) {
  const { workload } = args;
  const kept = (text: string): pulumi.Input<string> => (args.secret ? pulumi.secret(text) : text);
  return {
    metadata: {
      labels: { ...selectorLabels(workload), ...useLabel },
      annotations: { [trustAnnotation]: args.trust },
    },
    spec: {
      serviceAccountName: args.serviceAccountName,
      restartPolicy: args.restartPolicy,
      nodeSelector: { "kubernetes.io/os": "linux" },
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: workload.name,
          image: kept(workload.image),
          ...(workload.command === undefined ? {} : { command: workload.command.map(kept) }),
          ...(workload.args === undefined ? {} : { args: workload.args.map(kept) }),
          env: args.env,
          resources: { requests: { cpu: "50m", memory: "128Mi" } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}

/** Labels by which a Deployment finds its pods. They cannot be changed. */
export function selectorLabels({ name }: Workload): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}
