import { sameId } from "../../federation/ids";
import { maxTrustsPerIdentity } from "../../federation/limits";
import { roleGuid } from "../../federation/roles";
import { canonicalScope, subscriptionOfScope } from "../../federation/scope";
import { subjectOf } from "../../federation/subject";
import type { Role } from "../identity";
import type { Readable } from "../readable";
import { type CheckedConfig, isTypedIn, isUnread, isWhole, pathOf, placeOf, type Rule, repeated } from "./rule";

const uniqueIdentities: Rule = (checked) =>
  repeated(checked.config.identities, ({ name }) => name?.toLowerCase()).map(({ item, first }) => ({
    path: pathOf(checked, "identities", item, "name"),
    fault: "is the name of two identities",
    value: item.name,
    expected: `a name of its own; ${first.name} is taken, and Azure does not tell upper from lower case`,
  }));

const uniqueTrusts: Rule = (checked) =>
  checked.config.identities.flatMap((identity) => {
    const trusts = (identity.trusts ?? []).filter((trust) => isWhole(checked, trust));
    const keyOf = (trust: (typeof trusts)[number]) =>
      JSON.stringify([trust.issuer, trust.namespace, trust.serviceAccount]);
    return repeated(trusts, keyOf).map(({ item, first }) => ({
      path: pathOf(checked, "identities", identity, "trusts", placeOf(checked, item)),
      fault: `has the same issuer and subject as trusts[${placeOf(checked, first)}]; Azure keeps one credential for each pair`,
      value: subjectOf({ namespace: item.namespace ?? "", name: item.serviceAccount ?? "" }),
      advice: "remove one of the two",
    }));
  });

const trustLimit: Rule = (checked) => {
  const { config } = checked;
  const clusters = isTypedIn(checked) ? 1 : (config.cluster === undefined ? 0 : 1) + config.clusterStack.length;
  return config.identities.flatMap((identity) => {
    const credentials = (identity.trusts ?? []).reduce(
      (sum, trust) =>
        sum + (trust.issuer === undefined && !isUnread(checked, trust, "issuer") ? Math.max(1, clusters) : 1),
      0,
    );
    if (credentials <= maxTrustsPerIdentity) return [];
    return [
      {
        path: pathOf(checked, "identities", identity, "trusts"),
        fault: `need ${credentials} federated credentials, and Azure allows ${maxTrustsPerIdentity} on one identity`,
        expected: `${maxTrustsPerIdentity} at most, counted once per service account and cluster`,
        advice: "spread the service accounts over several identities",
      },
    ];
  });
};

const ownSubscription: Rule = (checked) =>
  eachRole(checked, ({ scope, role }, path) => {
    const wanted = checked.config.tenantB?.subscriptionId;
    if (wanted === undefined) return [];
    return [
      { key: "scope", id: scope },
      { key: "role", id: role },
    ].flatMap(({ key, id }) => {
      const subscription = id === undefined ? undefined : subscriptionOfScope(id);
      if (subscription === undefined || sameId(subscription, wanted)) return [];
      return [
        {
          path: [...path, key],
          fault: "lies in another subscription than tenantB.subscriptionId",
          value: id,
          expected: `an id below /subscriptions/${wanted}`,
          advice: "an identity's roles are given by the stack of the subscription that they hold in",
        },
      ];
    });
  });

const uniqueRoles: Rule = (checked) =>
  checked.config.identities.flatMap((identity) => {
    const roles = identity.roles ?? [];
    const home = {
      subscriptionId: checked.config.tenantB?.subscriptionId ?? "",
      resourceGroup: identity.resourceGroup ?? "",
    };
    const keyOf = ({ role, scope }: Readable<Role>) =>
      role === undefined || scope === undefined
        ? undefined
        : `${roleGuid(role) ?? role} ${canonicalScope(scope, home)}`;
    return repeated(roles, keyOf).map(({ item, first }) => ({
      path: pathOf(checked, "identities", identity, "roles", placeOf(checked, item)),
      fault: `gives the same role at the same scope as roles[${placeOf(checked, first)}], ${first.role} at ${first.scope}`,
      value: `${item.role} at ${item.scope}`,
      advice: "remove one of the two",
    }));
  });

function eachRole(
  checked: CheckedConfig,
  rule: (role: Readable<Role>, path: ReturnType<typeof pathOf>) => ReturnType<Rule>,
) {
  return checked.config.identities.flatMap((identity) =>
    (identity.roles ?? []).flatMap((role) =>
      rule(role, pathOf(checked, "identities", identity, "roles", placeOf(checked, role))),
    ),
  );
}

export const identityRules: readonly Rule[] = [
  uniqueIdentities,
  uniqueTrusts,
  trustLimit,
  ownSubscription,
  uniqueRoles,
];
