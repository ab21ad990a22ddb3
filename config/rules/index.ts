import type { Problem } from "../problem";
import { clusterRules } from "./clusters";
import { typedInIssuerNotes } from "./clusters/issuers";
import { upgradeNotes } from "./clusters/upgrades";
import { identityRules } from "./identities";
import { issuerNotes } from "./issuers";
import type { CheckedConfig, Rule } from "./rule";
import { credentialNotes, secretRules } from "./secrets";
import { tenantRules } from "./tenants";
import { wiringRules } from "./wiring";
import { workloadNotes, workloadRules } from "./workloads";

export type { CheckedConfig } from "./rule";

const rules: readonly Rule[] = [
  ...tenantRules,
  ...secretRules,
  ...clusterRules,
  ...workloadRules,
  ...identityRules,
  ...wiringRules,
];

/** Everything that is wrong between fields that are right one by one. */
export function crossFieldProblems(checked: CheckedConfig): Problem[] {
  return rules.flatMap((rule) => rule(checked));
}

/** What is allowed, but likely not meant. */
export function notesOn(checked: CheckedConfig): string[] {
  return [
    ...issuerNotes(checked),
    ...typedInIssuerNotes(checked),
    ...upgradeNotes(checked),
    ...workloadNotes(checked),
    ...credentialNotes(checked),
  ];
}
