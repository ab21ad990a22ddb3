import { type AgentPool, type PoolSurroundings, writtenPool } from "./agent-pool-defaults.ts";
import { checkPoolUnchanged } from "./agent-pool-fixed.ts";
import { sentPools } from "./agent-pool-rules.ts";
import { ArmError } from "./errors.ts";

/**
 * A cluster's pools after a write of the cluster. Pools that the body leaves out stay as they are: they are deleted as
 * resources of their own only (pulumi/pulumi-azure-native#579 tried it). A pool that the cluster does not have yet is
 * refused, as pulumi/pulumi-azure-nextgen#168 and microsoft/tyger#121 quote it; a new cluster has none yet.
 */
export function poolsAfter(
  body: Record<string, unknown>,
  existing: ReadonlyMap<string, AgentPool>,
  around: PoolSurroundings,
  provisioningState: string,
): Map<string, AgentPool> {
  const after = new Map(existing);
  for (const sent of sentPools(body)) {
    const name = String(sent.name ?? "");
    const before = existing.get(name);
    if (before !== undefined) checkPoolUnchanged(sent, before, "agentPoolProfile");
    else if (existing.size > 0) {
      throw new ArmError(
        400,
        "BadRequest",
        "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api",
      );
    }
    after.set(name, writtenPool(name, sent, before, around, provisioningState));
  }
  return after;
}
