import type { Rule } from "../rule";
import { aksAccessRules } from "./aks-access";
import { aksNetworkRules } from "./aks-network";
import { existingRules } from "./existing";
import { featureRules } from "./features";
import { clusterIssuerRules } from "./issuers";
import { poolRules } from "./pools";

/** Rules between the fields of a cluster, and between a cluster and the rest. Each knows the kinds that it is about. */
export const clusterRules: readonly Rule[] = [
  ...poolRules,
  ...aksNetworkRules,
  ...aksAccessRules,
  ...existingRules,
  ...clusterIssuerRules,
  ...featureRules,
];
