import { type PropertyMap, stringOf } from "../rpc/values.ts";

/** The provider's settings, after its environment variables have been taken into account. */
export interface ProviderSettings {
  /** Text (YAML or JSON) or path of a kubeconfig; undefined: the usual places. */
  kubeconfig: string | undefined;
  context: string | undefined;
  cluster: string | undefined;
  namespace: string | undefined;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
  serverSideApply: boolean;
  patchForce: boolean;
  upsertExistingObjects: boolean;
  configMapMutable: boolean;
  secretMutable: boolean;
}

/**
 * Reads the settings. A setting wins over its environment variable. Settings that this stand-in has no use for
 * (Helm, rendering hints, suppressed warnings) pass without effect.
 * @throws Error for `renderYamlToDirectory`, which would silently create objects instead of files
 */
export function readSettings(args: PropertyMap, environment: NodeJS.ProcessEnv = process.env): ProviderSettings {
  const flag = (name: string, variable: string, fallback: boolean): boolean => {
    const given = args[name];
    const value = typeof given === "boolean" ? String(given) : (stringOf(given) ?? environment[variable]);
    return value === undefined || value === "" ? fallback : value === "true";
  };
  const string = (name: string): string | undefined => stringOf(args[name]) || undefined;

  if (string("renderYamlToDirectory") !== undefined) {
    throw new Error(
      "The provider setting renderYamlToDirectory is not available in the sandbox's stand-in for the Kubernetes provider. Remove it, or use the real provider.",
    );
  }
  return {
    kubeconfig: string("kubeconfig"),
    context: string("context"),
    cluster: string("cluster"),
    namespace: string("namespace"),
    deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false),
    serverSideApply: flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
    patchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false),
    upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
    configMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
    secretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
  };
}
