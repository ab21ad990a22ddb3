import type { PropertyChange } from "../rpc/object-diff.ts";
import { isAtOrBelow, type PathSegment, parsePath } from "../rpc/property-path.ts";
import { isPropertyMap, type PropertyMap, type PropertyValue, Secret } from "../rpc/values.ts";
import { groupOf } from "./resource-type.ts";

/** Which changes the API server refuses in place, and which of them it takes after all. */
export interface ImmutableFields {
  fields: readonly string[];
  except: readonly string[];
}

const IDENTITY = ["metadata.name", "metadata.namespace"];
const SELECTOR = ["spec.selector"];

// Per kind what pulumi-kubernetes replaces on (its provider/pkg/provider/diff.go). For a Pod it lists single fields; here
// it is all of the spec but what the API server lets change ("pod updates may not change fields other than …",
// kubernetes pkg/apis/core/validation), so that an added container replaces the Pod too, instead of failing.
const BY_KIND: Record<string, readonly string[]> = {
  "/ConfigMap": ["data", "binaryData"],
  "/Secret": ["type", "data", "stringData"],
  "/Pod": ["spec"],
  "/PersistentVolume": [
    ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
    ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"],
    ...["portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
  ].map((source) => `spec.${source}`),
  "/PersistentVolumeClaim": ["spec"],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": SELECTOR,
  "apps/Deployment": SELECTOR,
  "apps/StatefulSet": [
    ...SELECTOR,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": [...SELECTOR, "spec.completions", "spec.parallelism", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

const MUTABLE_IN_POD = [
  "spec.containers[*].image",
  "spec.initContainers[*].image",
  "spec.activeDeadlineSeconds",
  "spec.tolerations",
  "spec.schedulingGates",
];

/** The fields of a kind that can only change by a new object. */
export function immutableFields(
  object: PropertyMap,
  mutable: { configMapMutable: boolean; secretMutable: boolean },
): ImmutableFields {
  const kind = String(object.kind ?? "");
  const key = `${groupOf(String(object.apiVersion ?? ""))}/${kind}`;
  const relaxed = (key === "/ConfigMap" && mutable.configMapMutable) || (key === "/Secret" && mutable.secretMutable);
  const byKind = relaxed && object.immutable !== true ? [] : (BY_KIND[key] ?? []);
  return { fields: [...IDENTITY, ...byKind], except: key === "/Pod" ? MUTABLE_IN_POD : [] };
}

/** Says of one change between two inputs whether it needs a new object. */
export function needsReplacement(
  immutable: ImmutableFields,
  change: PropertyChange,
  before: PropertyMap,
  after: PropertyMap,
): boolean {
  const except = immutable.except.map(parsePath);
  if (except.some((pattern) => isAtOrBelow(change.path, pattern))) return false;
  return immutable.fields.map(parsePath).some((pattern) => {
    if (isAtOrBelow(change.path, pattern)) return true;
    // A parent that comes or goes brings the immutable field with it, or not.
    const inside = change.path.every((segment, index) => matches(pattern[index], segment));
    return inside && (exists(before, pattern) || exists(after, pattern));
  });
}

function matches(pattern: PathSegment | undefined, segment: PathSegment): boolean {
  return pattern === "*" || String(pattern) === String(segment);
}

function exists(value: PropertyValue | undefined, pattern: readonly PathSegment[]): boolean {
  const [step, ...rest] = pattern;
  if (value instanceof Secret) return exists(value.value, pattern);
  if (step === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item, index) => matches(step, index) && exists(item, rest));
  return isPropertyMap(value) && exists(value[String(step)], rest);
}
