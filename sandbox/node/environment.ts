import type { V1Container, V1EnvVar, V1EnvVarSource, V1Pod } from "@kubernetes/client-node";
import { fieldValue } from "./downward-api.ts";

/** A folder of the container's file system, and the folder of this machine that stands for it. */
export interface MountedFolder {
  mountPath: string;
  hostPath: string;
}

/** Where the values of ConfigMaps and Secrets come from; undefined means that there is no such object. */
export interface ValueSource {
  configMap(namespace: string, name: string): Promise<Record<string, string> | undefined>;
  secret(namespace: string, name: string): Promise<Record<string, string> | undefined>;
}

/** A container cannot be made from its spec yet; the kubelet's word for it is CreateContainerConfigError. */
export class ContainerConfigError extends Error {}

/**
 * The environment of a container's process, lowest rank first: what every process needs, what the node adds, `envFrom`,
 * `env`. Nothing of the sandbox's own environment gets in.
 *
 * There is no container file system: a volume is a folder of this machine. So a value that is, or starts with, the mount
 * path of a volume is rewritten to that folder. `AZURE_FEDERATED_TOKEN_FILE` reaches the token in this way.
 * A program that has a mount path built in does not find it.
 */
export async function composeEnvironment(options: {
  pod: V1Pod;
  container: V1Container;
  base: Record<string, string>;
  mounts: MountedFolder[];
  values: ValueSource;
}): Promise<Record<string, string>> {
  const { pod, container, values } = options;
  const declared: Record<string, string> = await importedVariables(pod, container, values);
  for (const variable of container.env ?? []) {
    const value = await variableValue(variable, pod, values, { ...options.base, ...declared });
    if (value !== undefined) declared[variable.name] = value;
  }
  const environment = { ...options.base };
  for (const [name, value] of Object.entries(declared)) environment[name] = toHostPath(value, options.mounts);
  return environment;
}

async function importedVariables(pod: V1Pod, container: V1Container, values: ValueSource) {
  const namespace = pod.metadata?.namespace ?? "";
  const imported: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const reference = source.configMapRef ?? source.secretRef;
    const kind = source.configMapRef ? "configmap" : "secret";
    const name = reference?.name ?? "";
    const content = await (kind === "configmap" ? values.configMap(namespace, name) : values.secret(namespace, name));
    if (content === undefined && !reference?.optional) {
      throw new ContainerConfigError(`${kind} ${JSON.stringify(name)} not found`);
    }
    for (const [key, value] of Object.entries(content ?? {})) imported[`${source.prefix ?? ""}${key}`] = value;
  }
  return imported;
}

async function variableValue(
  variable: V1EnvVar,
  pod: V1Pod,
  values: ValueSource,
  known: Record<string, string>,
): Promise<string | undefined> {
  const source = variable.valueFrom;
  if (!source) return expandReferences(variable.value ?? "", known);
  if (source.fieldRef) {
    const value = fieldValue(pod, source.fieldRef.fieldPath);
    if (value === undefined) {
      throw new ContainerConfigError(
        `env ${variable.name}: fieldPath ${source.fieldRef.fieldPath} is not known to the sandbox's node`,
      );
    }
    return value;
  }
  return keyValue(variable.name, source, pod.metadata?.namespace ?? "", values);
}

async function keyValue(variable: string, source: V1EnvVarSource, namespace: string, values: ValueSource) {
  const selector = source.configMapKeyRef ?? source.secretKeyRef;
  if (!selector) {
    throw new ContainerConfigError(`env ${variable}: this kind of valueFrom is not known to the sandbox's node`);
  }
  const kind = source.configMapKeyRef ? "configmap" : "secret";
  const name = selector.name ?? "";
  const content = await (kind === "configmap" ? values.configMap(namespace, name) : values.secret(namespace, name));
  const value = content?.[selector.key];
  if (value !== undefined || selector.optional) return value;
  throw new ContainerConfigError(
    content === undefined
      ? `${kind} ${JSON.stringify(name)} not found`
      : `couldn't find key ${selector.key} in ${kind} ${namespace}/${name}`,
  );
}

/** `$(NAME)` becomes the value of NAME where there is one, `$$` becomes `$` (Kubernetes, "Dependent environment variables"). */
export function expandReferences(text: string, known: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) =>
    name === undefined ? "$" : (known[name] ?? match),
  );
}

/** Rewrites a path that lies in a mounted folder; the longest mount path wins. Any other text stays as it is. */
export function toHostPath(value: string, mounts: MountedFolder[]): string {
  const withinMount = mounts
    .map((mount) => ({ ...mount, mountPath: mount.mountPath.replace(/(.)\/+$/, "$1") }))
    .filter(({ mountPath }) => value === mountPath || value.startsWith(`${mountPath}/`))
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
  return withinMount ? `${withinMount.hostPath}${value.slice(withinMount.mountPath.length)}` : value;
}
