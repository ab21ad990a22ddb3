import type { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { names } from "./chart";

export interface AccessRightsArgs {
  readonly namespace: pulumi.Output<string>;
  readonly labels: Record<string, string>;
  readonly serviceAccount: ServiceAccount;
}

/**
 * What the webhook may do: read service accounts, keep its certificate in a secret of its own namespace, and write the
 * certificate's authority into its registration.
 */
export function grantAccess(args: AccessRightsArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { namespace, labels, serviceAccount } = args;
  const subjects = [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace }];
  const apiGroup = "rbac.authorization.k8s.io";

  const clusterRole = new ClusterRole(
    names.role,
    {
      metadata: { name: names.role, labels },
      rules: [
        { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list", "watch"] },
        {
          apiGroups: ["admissionregistration.k8s.io"],
          resources: ["mutatingwebhookconfigurations"],
          verbs: ["get", "list", "update", "watch"],
        },
      ],
    },
    opts,
  );
  const clusterRoleBinding = new ClusterRoleBinding(
    names.roleBinding,
    {
      metadata: { name: names.roleBinding, labels },
      roleRef: { apiGroup, kind: "ClusterRole", name: clusterRole.metadata.name },
      subjects,
    },
    opts,
  );
  const role = new Role(
    names.role,
    {
      metadata: { name: names.role, namespace, labels },
      rules: [
        {
          apiGroups: [""],
          resources: ["secrets"],
          verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
        },
      ],
    },
    opts,
  );
  const roleBinding = new RoleBinding(
    names.roleBinding,
    {
      metadata: { name: names.roleBinding, namespace, labels },
      roleRef: { apiGroup, kind: "Role", name: role.metadata.name },
      subjects,
    },
    opts,
  );
  return [clusterRoleBinding, roleBinding];
}
