import type { Identity } from "../../config/identity";
import type { Workload } from "../../config/workload";
import { issuerUrl } from "../../federation/issuer";
import type { IdentityOutput } from "../../federation/outputs";
import { compareIssuers } from "../../plan/cluster-issuer";
import { planIdentities } from "../../plan/identity-trusts";
import { planWorkloads } from "../../plan/workload-identities";
import { both, load, workload as workloadInput } from "./config-fixtures";

const issuer = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";
const subject = "system:serviceaccount:default:wi-demo-account";
const audience = "api://AzureADTokenExchange";

const [workload] = load(both()).workloads as [Workload];
const [identity] = load(both()).identities as [Identity];

function deployed(trusts: IdentityOutput["trusts"] = [{ issuer, subject, audience }]): IdentityOutput {
  return { clientId: "client", tenantId: "tenant", subscriptionId: "subscription", trusts, roles: [] };
}

function planA(outputs: Record<string, IdentityOutput> | undefined, changes: Partial<Workload> = {}) {
  return planWorkloads("tenantA", [{ ...workload, ...changes }], [], {
    identityStacks: [{ stack: "tenantB", outputs }],
  });
}

describe("tenant A's workloads", () => {
  it("are ready when tenant B trusts their service account", () => {
    const plan = planA({ "mi-wi-demo": deployed() });
    expect(plan.waiting).toEqual([]);
    expect(plan.ready).toEqual([
      expect.objectContaining({
        subject,
        identity: expect.objectContaining({ from: "other stack", stack: "tenantB", name: "mi-wi-demo" }),
      }),
    ]);
  });

  it("wait while tenant B has not been deployed, and the text says for what and what comes next", () => {
    expect(planA(undefined)).toEqual({
      ready: [],
      waiting: [
        "Workload wi-demo-app (identity mi-wi-demo) waits for stack tenantB: it has not been deployed yet. Everything else of this stack is made now. Next:\n  pulumi up --stack tenantB\n  pulumi up --stack tenantA",
      ],
    });
  });

  it("wait while tenant B itself waits for the cluster's issuer", () => {
    const plan = planA({ "mi-wi-demo": deployed([{ subject, audience }]) });
    expect(plan.ready).toEqual([]);
    expect(plan.waiting).toEqual([expect.stringContaining("it has no credential for this cluster's issuer yet")]);
  });

  it("are refused when tenant B trusts another service account, with both subjects and the safe order", () => {
    expect(() => planA({ "mi-wi-demo": deployed() }, { serviceAccount: "WI-demo-account" })).toThrow(
      `Tenant A and tenant B disagree, no token would be accepted.

Workload wi-demo-app of stack tenantA runs as a service account that identity mi-wi-demo of stack tenantB does not trust.
  tenant A has:     system:serviceaccount:default:WI-demo-account
  tenant B trusts:  system:serviceaccount:default:wi-demo-account
  They differ only in upper and lower case, and Entra ID tells these apart.
To change it without an interruption:
  1. add the new entry beside the old one in the identity's \`trusts\` in stack tenantB
  2. pulumi up --stack tenantB
  3. change stack tenantA, and pulumi up --stack tenantA
  4. remove the old entry in stack tenantB, and pulumi up --stack tenantB`,
    );
  });

  it("are refused when tenant B has no such identity, with those that it has", () => {
    expect(() => planA({ "mi-wi-dmeo": deployed() })).toThrow(
      `Workload wi-demo-app wants identity mi-wi-demo, which stack tenantB does not have.
  identities there:  mi-wi-dmeo
Did you mean mi-wi-dmeo? A new identity is added in stack tenantB first.`,
    );
  });

  it("are refused when two stacks have an identity of that name, and both ways to write it are named", () => {
    const outputs = { "mi-wi-demo": deployed() };
    const identityStacks = [
      { stack: "one", outputs },
      { stack: "two", outputs },
    ];
    expect(() => planWorkloads("tenantA", [workload], [], { identityStacks })).toThrow(
      "Workload wi-demo-app wants identity mi-wi-demo, and 2 stacks have one. Write one/mi-wi-demo or two/mi-wi-demo.",
    );
    const chosen = planWorkloads("tenantA", [{ ...workload, identity: "two/mi-wi-demo" }], [], { identityStacks });
    expect(chosen.ready[0]?.identity).toMatchObject({ stack: "two" });
  });

  it("take an identity of their own stack first, and a typed-in one without question", () => {
    const own = planWorkloads("both", [workload], ["mi-wi-demo"], { identityStacks: [] });
    expect(own.ready[0]?.identity).toEqual({ from: "this stack", name: "mi-wi-demo" });
    const typed = load(
      both({
        workloads: [
          {
            ...workloadInput,
            identity: {
              clientId: "aaaaaaaa-0000-4000-8000-00000000000a",
              tenantId: "bbbbbbbb-0000-4000-8000-00000000000b",
            },
          },
        ],
      }),
    );
    expect(planWorkloads("tenantA", typed.workloads, [], { identityStacks: [] }).ready[0]?.identity).toMatchObject({
      from: "config",
    });
  });
});

describe("the issuer of tenant A's cluster", () => {
  const { ready } = planA({ "mi-wi-demo": deployed() });
  const next = "\n  pulumi up --stack tenantB\n  pulumi up --stack tenantA";
  const compare = (now: string | undefined, published: string | undefined) =>
    compareIssuers("tenantA", ready, { now, published });

  it.each([issuer, undefined, "https://example.com/before/"])(
    "lets the workloads run when tenant B trusts it, whatever was published before: %s",
    (published) => expect(compare(issuer, published)).toEqual({ ready, waiting: [] }),
  );

  it("is refused when tenant B could read it and trusts another, with both and how they differ", () => {
    const other = issuer.slice(0, -1);
    expect(() => compare(other, other)).toThrow(
      `Identity mi-wi-demo of stack tenantB trusts ${subject}, but not of the cluster of stack tenantA.
  tenant A's issuer:  ${other}
  tenant B trusts:    ${issuer}
  Entra ID compares issuers letter by letter; they differ only in the trailing slash.
When tenant B reads the issuer from stack tenantA (\`clusterStack\`), \`pulumi up --stack tenantB\` is all it takes.`,
    );
  });

  it.each([
    ["of a cluster that replaces another", issuer],
    ["of a cluster that was destroyed and made again", undefined],
  ])("%s makes the workloads wait until tenant B has read it, with both values", (_name, published) => {
    const now = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/new/";
    const plan = compare(now, published);
    expect(plan.ready).toEqual([]);
    expect(plan.waiting).toEqual([
      `Workload wi-demo-app (identity mi-wi-demo) waits for stack tenantB: the cluster is new, and tenant B trusts another one's tokens.
  tenant A's issuer:  ${now}
  tenant B trusts:    ${issuer}
Everything else of this stack is made now. Next (where tenant B has the issuer typed in, change it there first):${next}`,
    ]);
  });

  it("is not known in the preview of a new cluster, and the workloads wait", () => {
    const plan = compare(undefined, undefined);
    expect(plan.ready).toEqual([]);
    expect(plan.waiting).toEqual([expect.stringContaining("known when the cluster is made")]);
    expect(compare(undefined, "https://example.com/untrusted/").ready).toEqual([]);
  });

  it("is not known in the preview of a changed cluster, which most likely keeps it; the text says what if not", () => {
    const plan = compare(undefined, issuer);
    expect(plan.ready).toEqual(ready);
    expect(plan.waiting).toEqual([expect.stringMatching(/^The cluster changes, and a preview cannot know its issuer/)]);
  });

  it("does not matter to identities that are typed in or of the same stack", () => {
    const own = planWorkloads("both", [workload], ["mi-wi-demo"], { identityStacks: [] }).ready;
    expect(compareIssuers("both", own, { now: issuer, published: issuer })).toEqual({ ready: own, waiting: [] });
  });
});

describe("tenant B's identities", () => {
  const serviceAccounts = [
    { namespace: "default", name: "wi-demo-account", identity: "mi-wi-demo", workload: "wi-demo-app" },
  ];
  const clusterStacks = [{ stack: "tenantA", outputs: { oidcIssuerUrl: issuer, serviceAccounts } }];

  it("trust each service account of each cluster, with the audience always given", () => {
    const { plans, waiting } = planIdentities("tenantB", [identity], { clusterStacks });
    expect(waiting).toEqual([]);
    expect(plans[0]?.trusts).toEqual([
      { subject, audience, issuer: { known: issuer }, key: "default/wi-demo-account" },
    ]);
  });

  it("hold their credentials back while no issuer is known, and the text says what comes next", () => {
    const { plans, waiting } = planIdentities("tenantB", [identity], {
      clusterStacks: [{ stack: "tenantA", outputs: undefined }],
    });
    expect(plans[0]).toMatchObject({ trusts: [], pending: [subject] });
    expect(waiting).toEqual([
      "Federated credentials of mi-wi-demo wait for stack tenantA, whose cluster has no issuer yet. Identities and roles are made now. Next:\n  pulumi up --stack tenantA\n  pulumi up --stack tenantB",
    ]);
  });

  it("may trust more than tenant A uses", () => {
    const more = { ...identity, trusts: [...identity.trusts, { namespace: "other", serviceAccount: "one" }] };
    expect(() => planIdentities("tenantB", [more], { clusterStacks })).not.toThrow();
  });

  it("are refused when tenant A runs a service account that they do not list", () => {
    const moved = { ...identity, trusts: [{ namespace: "elsewhere", serviceAccount: "wi-demo-account" }] };
    expect(() => planIdentities("tenantB", [moved], { clusterStacks })).toThrow(
      /tenant A has: {5}system:serviceaccount:default:wi-demo-account\n {2}tenant B trusts: {2}system:serviceaccount:elsewhere:wi-demo-account/,
    );
  });

  it("are refused when the issuer typed in is not that of the stack beside it", () => {
    const typedIn = issuerUrl(issuer.slice(0, -1));
    expect(() => planIdentities("tenantB", [identity], { clusterStacks, typedIn })).toThrow(
      "they differ only in the trailing slash",
    );
  });

  it("are refused too when tenant A has typed their client ID in", () => {
    const typed = [
      { namespace: "default", name: "other", identity: "DDDDDDDD-0000-4000-8000-00000000000D", workload: "w" },
    ];
    const stacks = [{ stack: "tenantA", outputs: { oidcIssuerUrl: issuer, serviceAccounts: typed } }];
    const ownClientIds = new Map([["dddddddd-0000-4000-8000-00000000000d", "mi-wi-demo"]]);
    expect(() => planIdentities("tenantB", [identity], { clusterStacks: stacks, ownClientIds })).toThrow(
      "tenant A has:     system:serviceaccount:default:other",
    );
    expect(() => planIdentities("tenantB", [identity], { clusterStacks: stacks })).not.toThrow();
  });

  it("leave alone what tenant A runs as an identity of another stack", () => {
    const others = [{ namespace: "x", name: "y", identity: "tenantC/mi-wi-demo", workload: "z" }];
    const stacks = [{ stack: "tenantA", outputs: { oidcIssuerUrl: issuer, serviceAccounts: others } }];
    expect(() => planIdentities("tenantB", [identity], { clusterStacks: stacks })).not.toThrow();
  });

  it("take the same pair once, though it is typed in and comes from a stack too", () => {
    const twice = {
      ...identity,
      trusts: [
        ...identity.trusts,
        { namespace: "default", serviceAccount: "wi-demo-account", issuer: issuerUrl(issuer) },
      ],
    };
    const { plans } = planIdentities("tenantB", [twice], { clusterStacks });
    expect(plans[0]?.trusts.map(({ key }) => key)).toEqual(["default/wi-demo-account"]);
    const backwards = { ...twice, trusts: twice.trusts.toReversed() };
    expect(planIdentities("tenantB", [backwards], { clusterStacks }).plans).toMatchObject([
      { trusts: plans[0]?.trusts },
    ]);
  });

  it("keep the key of a trust when the issuer of its source changes, or another first source takes its place", () => {
    const keyWith = (sources: Parameters<typeof planIdentities>[2]) =>
      planIdentities("tenantB", [identity], sources).plans[0]?.trusts.map(({ key }) => key);
    const outputs = { oidcIssuerUrl: "https://example.com/new/", serviceAccounts: [] };
    for (const sources of [
      { clusterStacks },
      { clusterStacks: [{ stack: "tenantA", outputs }] },
      { clusterStacks: [{ stack: "other", outputs }] },
      { clusterStacks: [], typedIn: issuerUrl(issuer) },
      { clusterStacks: [], ownCluster: "aks" },
    ]) {
      expect(keyWith(sources)).toEqual(["default/wi-demo-account"]);
    }
    const second = [...clusterStacks, { stack: "second", outputs }];
    expect(keyWith({ clusterStacks: second })).toEqual(["default/wi-demo-account", "default/wi-demo-account@second"]);
    const firstUnread = [
      { stack: "tenantA", outputs: undefined },
      { stack: "second", outputs },
    ];
    expect(keyWith({ clusterStacks: firstUnread })).toEqual(["default/wi-demo-account@second"]);
  });
});
