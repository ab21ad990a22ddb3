import { type CheckedConfig, placeOf } from "../rule";

/**
 * A version that config gives to the patch, or at all, and one that AKS moves on by itself: the next deployment after a
 * refresh would ask for the older one, and AKS knows no way back (Azure/terraform-azurerm-aks pull request 281). A version
 * without its patch is any of them: AKS takes it for no change (managedClusters.json, kubernetesVersion).
 */
export function upgradeNotes(checked: CheckedConfig): string[] {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "aks") return [];
  const { autoUpgrade: channel, kubernetesVersion, nodePools = [] } = cluster;
  if (channel === undefined || channel === "none" || channel === "node-image") return [];
  const versions = [
    { key: "cluster.kubernetesVersion", version: kubernetesVersion },
    ...nodePools.map((pool) => ({
      key: `cluster.nodePools[${placeOf(checked, pool)}].kubernetesVersion`,
      version: pool.kubernetesVersion,
    })),
  ];
  return versions.flatMap(({ key, version }) => {
    const fixed = version !== undefined && (channel !== "patch" || version.split(".").length > 2);
    if (!fixed) return [];
    const remedy = channel === "patch" ? `Give it as "${version.split(".").slice(0, 2).join(".")}"` : "Remove it";
    return [
      `${key} is ${version}, and with autoUpgrade: ${channel} AKS upgrades past it: after the next \`pulumi refresh\` a deployment would ask for the older version, which AKS refuses. ${remedy}, or set cluster.autoUpgrade to none.`,
    ];
  });
}
