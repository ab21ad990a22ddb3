import { both, cluster, identity, onlyProblem, refusal, tenantA, tenantB, trust, workload } from "./config-fixtures";

/** Paths and faults of all problems, without values and advice. */
function faults(values: Record<string, unknown>): string[] {
  return refusal(values).problems.map(({ path, fault }) => `${path.join(".")} ${fault}`);
}

const elsewhere = `/subscriptions/${tenantA.subscriptionId}`;

describe("a misspelt key of one of several forms", () => {
  const misspelt: [string, Record<string, unknown>, string, string][] = [
    ["a cluster", both({ cluster: { ...cluster, kubernetsVersion: "1.30" } }), "kubernetesVersion", "kind, name,"],
    ["an issuer", { tenantB, identities: [identity], cluster: { oidcIssuerURI: "x" } }, "oidcIssuerUrl", "oidc"],
    ["a node pool", both({ cluster: { ...cluster, nodePool: { vmSzie: "x" } } }), "vmSize", "vmSize, count,"],
    [
      "a typed-in identity",
      both({ workloads: [{ ...workload, identity: { tenantId: tenantB.tenantId, clientld: "x" } }] }),
      "clientId",
      "clientId, tenantId, subscriptionId",
    ],
    ["credentials", both({ tenantA: { ...tenantA, credentials: { useMssi: true } } }), "useMsi", "clientId,"],
  ];

  it.each(misspelt)(
    "of %s is refused with the keys of that form and the one that was meant",
    (_name, values, key, known) => {
      const text = onlyProblem(values);
      expect(text).toContain(`did you mean \`${key}\`?`);
      expect(text).toContain(`expected: one of ${known}`);
    },
  );
});

const together: [string, Record<string, unknown>, string[]][] = [
  [
    "a token's lifetime and an identity that does not exist",
    both({ workloads: [{ ...workload, identity: "mi-wi-dmo", tokenExpirationSeconds: 60 }] }),
    ["workloads.0.tokenExpirationSeconds is less than 3600", "workloads.0.identity is not an identity of this stack"],
  ],
  [
    "a version without quotes, a tier in lower case and bounds in the wrong order",
    both({
      cluster: { ...cluster, kubernetesVersion: 1.3, tier: "free", nodePool: { minCount: 5, maxCount: 2 } },
    }),
    [
      "cluster.kubernetesVersion is a number, not a text",
      "cluster.tier is not one of the values that are possible here",
      "cluster.nodePool.minCount is more than maxCount",
    ],
  ],
  [
    "a scope that is none and another in the other tenant's subscription",
    both({
      identities: [
        {
          ...identity,
          roles: [
            { role: "Reader", scope: "nowhere" },
            { role: "Reader", scope: elsewhere },
          ],
        },
      ],
    }),
    [
      "identities.0.roles.0.scope is not a scope: it is neither `subscription` nor `resourceGroup` nor an id that starts with `/`",
      "identities.0.roles.1.scope lies in another subscription than tenantB.subscriptionId",
    ],
  ],
  [
    "a region by its display name and two tenants that are one",
    both({ tenantB: { ...tenantB, tenantId: tenantA.tenantId, location: "East US" } }),
    ["tenantB.location is not the short name of an Azure region", "tenantB.tenantId is the same as tenantA.tenantId"],
  ],
  [
    "an issuer that is wrong and workloads that need a cluster",
    both({ cluster: { oidcIssuerUrl: "http://example.com/" } }),
    [
      "cluster.oidcIssuerUrl cannot be used by Entra ID: the issuer starts with http:// and not with https://",
      "cluster is only an issuer, and `workloads` need a cluster to run in",
    ],
  ],
];

it.each(together)("%s are reported at once", (_name, values, expected) => {
  expect(faults(values)).toEqual(expected);
});

const second = { ...workload, name: "second" };
const alone: [string, Record<string, unknown>][] = [
  ["a bound that is wrong", both({ cluster: { ...cluster, nodePool: { minCount: 0, maxCount: 5 } } })],
  ["a bound that is misspelt", both({ cluster: { ...cluster, nodePool: { minCuont: 1, maxCount: 5 } } })],
  ["a schedule that is misspelt", both({ workloads: [{ ...workload, kind: "CronJob", shedule: "@daily" }] })],
  ["a schedule that is no text", both({ workloads: [{ ...workload, kind: "CronJob", schedule: 5 }] })],
  ["a kind that is wrong", both({ workloads: [{ ...workload, kind: "Deploymnt", replicas: 2 }] })],
  ["a namespace that is misspelt", both({ workloads: [{ ...workload, namespcae: "elsewhere" }] })],
  ["a namespace by an unheard-of key", both({ workloads: [{ ...workload, ns: "elsewhere" }] })],
  ["a service account that is wrong", both({ workloads: [{ ...workload, serviceAccount: "A_B" }] })],
  [
    "a trust's service account that is wrong",
    both({ identities: [{ ...identity, trusts: [{ ...trust, serviceAccount: "A_B" }] }] }),
  ],
  ["trusts that are no list", both({ identities: [{ ...identity, trusts: "all" }] })],
  ["a trust that is a text", both({ identities: [{ ...identity, trusts: ["all"] }] })],
  ["an identity's name that is wrong", both({ identities: [{ ...identity, name: "-" }] })],
  [
    "a trust's issuer that is wrong",
    { tenantB, identities: [{ ...identity, trusts: [{ ...trust, issuer: "http://x" }] }] },
  ],
  [
    "an issuer that is wrong, beside a trust without",
    both({ identities: [{ ...identity, trusts: [trust, { ...trust, issuer: "http://x" }] }] }),
  ],
  [
    "one lifetime that is wrong, of two",
    both({
      workloads: [
        { ...workload, tokenExpirationSeconds: 7200 },
        { ...second, tokenExpirationSeconds: 60 },
      ],
    }),
  ],
  [
    "a part of one identity that is wrong, of two",
    both({ workloads: [workload, { ...second, identity: { clientId: "x", tenantId: tenantB.tenantId } }] }),
  ],
  [
    "a deployer's client ID that is wrong",
    both({ tenantA: { ...tenantA, credentials: { clientId: "x", oidcTokenFilePath: "/token" } } }),
  ],
  ["a cloud that is wrong", both({ tenantB: { ...tenantB, environment: "chinaa" } })],
  ["a top-level key that is misspelt", { tenantB, identities: [identity], clusterStak: "tenantA" }],
  ["a tenant that is misspelt", { tenantA, cluster, workloads: [workload], tenantBB: tenantB, identities: [identity] }],
  ["workloads that are misspelt", { wrkloads: [workload] }],
];

it.each(alone)("%s is the only problem: nothing follows from what was left out", (_name, values) => {
  expect(faults(values)).toHaveLength(1);
});
