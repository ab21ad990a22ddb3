import { nearest } from "../../federation/nearest";
import { subjectOf } from "../../federation/subject";
import type { Problem } from "../problem";
import { given, isTypedIn, isUnread, nameOf, pathOf, type Rule } from "./rule";

const clusterForWorkloads: Rule = (checked) => {
  const { config, invalid } = checked;
  if (config.workloads.length === 0 || (config.cluster === undefined && invalid.has("cluster"))) return [];
  if (config.cluster !== undefined && !isTypedIn(checked)) return [];
  return [
    {
      path: ["cluster"],
      fault:
        config.cluster === undefined
          ? "is missing, and `workloads` need one to run in"
          : "is only an issuer, and `workloads` need a cluster to run in",
      expected: "a cluster: kind aks, existingAks, aksArc, connected or kubernetes",
      example: { kind: "aks", name: "aks-wi-demo", resourceGroup: "rg-wi-demo" },
    },
  ];
};

const issuerForTrusts: Rule = (checked) => {
  const { config, invalid } = checked;
  if (config.cluster !== undefined || config.clusterStack.length > 0) return [];
  if (invalid.has("cluster") || invalid.has("clusterStack")) return [];
  const waiting = config.identities.find(({ trusts }) =>
    (trusts ?? []).some((trust) => trust.issuer === undefined && !isUnread(checked, trust, "issuer")),
  );
  if (waiting === undefined) return [];
  return [
    {
      path: ["clusterStack"],
      fault: `is missing: identity ${nameOf(checked, "identities", waiting)} trusts service accounts, but nothing says of which cluster`,
      expected: "`clusterStack`, or `cluster` with an oidcIssuerUrl, or an `issuer` in each trust",
      example: "tenantA",
    },
  ];
};

const identityExists: Rule = (checked) => {
  const { config, invalid } = checked;
  const own = config.identities.flatMap(({ name }) => name ?? []);
  const isListed = !invalid.has("identities") || Array.isArray(checked.raw.values.identities);
  const unknowable = !isListed || own.length < config.identities.length || invalid.has("identityStack");
  return config.workloads.flatMap((workload): Problem[] => {
    const { identity } = workload;
    if (typeof identity !== "string" || own.includes(identity) || unknowable) return [];
    const path = pathOf(checked, "workloads", workload, "identity");
    if (identity.includes("/")) {
      const stack = identity.slice(0, identity.lastIndexOf("/"));
      if (config.identityStack.includes(stack)) return [];
      return [
        {
          path,
          fault: `names stack ${stack}, which is not in \`identityStack\``,
          value: identity,
          expected:
            config.identityStack.length === 0 ? `identityStack: ${stack}` : `one of ${config.identityStack.join(", ")}`,
        },
      ];
    }
    if (config.identityStack.length > 0) return [];
    if (own.length === 0) {
      return [
        {
          path: ["identityStack"],
          fault: `is missing: workload ${nameOf(checked, "workloads", workload)} wants identity ${identity}, and this stack has no identities`,
          expected: "the stack that makes the identity, or in `workloads[].identity` its clientId and tenantId",
          example: "tenantB",
        },
      ];
    }
    const meant = nearest(identity, own);
    return [
      {
        path,
        fault: "is not an identity of this stack",
        value: identity,
        expected: `one of ${own.join(", ")}`,
        ...(meant === undefined ? {} : { advice: `did you mean \`${meant}\`?` }),
      },
    ];
  });
};

/** In a stack with both sides, tenant B's list is at hand: a workload that it does not trust would never get a token. */
const trustedByOwnIdentity: Rule = (checked) =>
  checked.config.workloads.flatMap((workload) => {
    const { namespace, serviceAccount } = workload;
    const identity = checked.config.identities.find(({ name }) => name !== undefined && name === workload.identity);
    if (identity?.trusts === undefined || namespace === undefined || serviceAccount === undefined) return [];
    // What could not be read in a trust may have been meant for this workload.
    const trusted = identity.trusts.some(
      (trust) =>
        (trust.namespace ?? namespace) === namespace && (trust.serviceAccount ?? serviceAccount) === serviceAccount,
    );
    if (trusted) return [];
    const subject = subjectOf({ namespace, name: serviceAccount });
    const listed = identity.trusts.map((trust) =>
      subjectOf({ namespace: trust.namespace ?? "…", name: trust.serviceAccount ?? "…" }),
    );
    return [
      {
        path: pathOf(checked, "workloads", workload, "serviceAccount"),
        fault: `is not trusted by identity ${identity.name}`,
        value: subject,
        expected:
          listed.length === 0 ? "an entry in the identity's `trusts`, which are empty" : `one of ${listed.join(", ")}`,
        advice: `add { namespace: ${namespace}, serviceAccount: ${serviceAccount} } to the identity's \`trusts\`, or correct the workload`,
      },
    ];
  });

const otherStacks: Rule = ({ config, stack }) =>
  (["identityStack", "clusterStack"] as const).flatMap((key) => {
    const own = stack.split("/").at(-1);
    const problems = config[key]
      .filter((name) => name === own)
      .map((name) => ({ path: [key], fault: "names this stack itself", value: name, expected: "another stack" }));
    const twice = config[key].filter((name, index) => config[key].indexOf(name) !== index);
    return [
      ...problems,
      ...twice.map((name) => ({ path: [key], fault: "names a stack twice", value: name, expected: "each stack once" })),
    ];
  });

const uniqueProviders: Rule = (checked) => {
  const names = given(checked, "resourceProviders") ? checked.config.resourceProviders : [];
  const lower = names.map((name) => name.toLowerCase());
  return names
    .filter((name, index) => lower.indexOf(name.toLowerCase()) !== index)
    .map((name) => ({
      path: ["resourceProviders"],
      fault: "names a resource provider twice",
      value: name,
      expected: "each once",
    }));
};

export const wiringRules: readonly Rule[] = [
  clusterForWorkloads,
  issuerForTrusts,
  identityExists,
  trustedByOwnIdentity,
  otherStacks,
  uniqueProviders,
];
