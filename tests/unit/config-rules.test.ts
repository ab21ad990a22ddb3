import { both, cluster, identity, onlyProblem, refusal, tenantA, tenantB, trust, workload } from "./config-fixtures";

const roleAt = (scope: string, role = "Reader") => ({ ...identity, roles: [{ role, scope }] });

const texts: [string, Record<string, unknown>, string][] = [
  [
    "an empty stack",
    {},
    `the stack describes nothing: neither a cluster with workloads (the tenant A side) nor identities (the tenant B side)
  expected: \`cluster\` and \`workloads\`, or \`identities\`, or all of them
  to do:    start from Pulumi.tenantA.yaml, Pulumi.tenantB.yaml or Pulumi.both.yaml, which are complete`,
  ],
  [
    "a cluster without its tenant",
    both({ tenantA: undefined }),
    `tenantA is missing, and \`cluster\` needs it
  expected: tenantId, subscriptionId and location
  example:  {"tenantId":"…","subscriptionId":"…","location":"eastus"}`,
  ],
  [
    "both tenants the same",
    both({ tenantB: { ...tenantB, tenantId: tenantA.tenantId.toUpperCase() } }),
    `tenantB.tenantId is the same as tenantA.tenantId
  value:    "AAAAAAAA-0000-4000-8000-00000000000A"
  expected: the tenant of the resources, which is another one than that of the cluster
  to do:    sign in to tenant B and copy what \`az account show --query tenantId\` prints`,
  ],
  [
    "both subscriptions the same",
    both({ tenantB: { ...tenantB, subscriptionId: tenantA.subscriptionId } }),
    `tenantB.subscriptionId is the same as tenantA.subscriptionId, and a subscription belongs to one tenant
  value:    "aaaaaaaa-1111-4111-8111-11111111111a"
  expected: a subscription of tenant B
  to do:    sign in to tenant B and copy what \`az account show --query id\` prints`,
  ],
  [
    "tenants of two clouds",
    both({ tenantB: { ...tenantB, environment: "china" } }),
    `tenantB.environment is another cloud than tenantA.environment; Entra ID trusts across tenants, not across clouds
  value:    "china"
  expected: public`,
  ],
  [
    "a pool that scales without an upper bound",
    both({ cluster: { ...cluster, nodePool: { minCount: 1 } } }),
    `cluster.nodePool.maxCount is missing, and \`minCount\` needs it
  expected: both, so that the pool scales by itself, or neither
  example:  5`,
  ],
  [
    "a workload whose identity does not exist",
    both({ workloads: [{ ...workload, identity: "mi-wi-dmeo" }] }),
    `workloads[0].identity is not an identity of this stack
  value:    "mi-wi-dmeo"
  expected: one of mi-wi-demo
  to do:    did you mean \`mi-wi-demo\`?`,
  ],
  [
    "a workload of a stack that is not listed",
    both({ workloads: [{ ...workload, identity: "tenantB/mi-wi-demo" }] }),
    `workloads[0].identity names stack tenantB, which is not in \`identityStack\`
  value:    "tenantB/mi-wi-demo"
  expected: identityStack: tenantB`,
  ],
  [
    "a missing identityStack",
    { tenantA, cluster, workloads: [workload] },
    `identityStack is missing: workload wi-demo-app wants identity mi-wi-demo, and this stack has no identities
  expected: the stack that makes the identity, or in \`workloads[].identity\` its clientId and tenantId
  example:  tenantB`,
  ],
  [
    "a missing cluster for workloads",
    { tenantA, workloads: [workload], identityStack: "tenantB" },
    `cluster is missing, and \`workloads\` need one to run in
  expected: a cluster: kind aks, existingAks, aksArc, connected or kubernetes
  example:  {"kind":"aks","name":"aks-wi-demo","resourceGroup":"rg-wi-demo"}`,
  ],
  [
    "a missing clusterStack",
    { tenantB, identities: [identity] },
    `clusterStack is missing: identity mi-wi-demo trusts service accounts, but nothing says of which cluster
  expected: \`clusterStack\`, or \`cluster\` with an oidcIssuerUrl, or an \`issuer\` in each trust
  example:  tenantA`,
  ],
  [
    "a service account that the stack's own identity does not trust",
    both({ workloads: [{ ...workload, serviceAccount: "other" }] }),
    `workloads[0].serviceAccount is not trusted by identity mi-wi-demo
  value:    "system:serviceaccount:default:other"
  expected: one of system:serviceaccount:default:wi-demo-account
  to do:    add { namespace: default, serviceAccount: other } to the identity's \`trusts\`, or correct the workload`,
  ],
  [
    "a stack that names itself",
    { tenantB, identities: [identity], clusterStack: "test" },
    `clusterStack names this stack itself
  value:    "test"
  expected: another stack`,
  ],
  [
    "a workload twice",
    both({ workloads: [workload, workload] }),
    `workloads[1].name is the name of two workloads of kind Pod in namespace default
  value:    "wi-demo-app"
  expected: a name of its own`,
  ],
  [
    "an identity twice, in another case",
    both({ identities: [identity, { ...identity, name: "MI-wi-demo" }] }),
    `identities[1].name is the name of two identities
  value:    "MI-wi-demo"
  expected: a name of its own; mi-wi-demo is taken, and Azure does not tell upper from lower case`,
  ],
  [
    "an issuer and subject twice",
    both({ identities: [{ ...identity, trusts: [trust, trust] }] }),
    `identities[0].trusts[1] has the same issuer and subject as trusts[0]; Azure keeps one credential for each pair
  value:    "system:serviceaccount:default:wi-demo-account"
  to do:    remove one of the two`,
  ],
  [
    "more trusts than Azure allows",
    both({
      identities: [
        {
          ...identity,
          trusts: Array.from({ length: 21 }, (_, index) => ({
            ...trust,
            serviceAccount: index === 0 ? trust.serviceAccount : `sa-${index}`,
          })),
        },
      ],
    }),
    `identities[0].trusts need 21 federated credentials, and Azure allows 20 on one identity
  expected: 20 at most, counted once per service account and cluster
  to do:    spread the service accounts over several identities`,
  ],
  [
    "a role twice",
    both({
      identities: [
        {
          ...identity,
          roles: [identity.roles[0], { role: "acdd72a7-3385-48ef-bd42-f606fba81ae7", scope: "subscription" }],
        },
      ],
    }),
    `identities[0].roles[1] gives the same role at the same scope as roles[0], Reader at subscription
  value:    "acdd72a7-3385-48ef-bd42-f606fba81ae7 at subscription"
  to do:    remove one of the two`,
  ],
  [
    "a role twice at a scope that is spelled in two ways",
    both({
      identities: [
        {
          ...identity,
          roles: [
            { role: "reader", scope: "resourceGroup" },
            { role: "Reader", scope: `/subscriptions/${tenantB.subscriptionId}/resourcegroups/RG-wi-demo` },
          ],
        },
      ],
    }),
    `identities[0].roles[1] gives the same role at the same scope as roles[0], reader at resourceGroup
  value:    "Reader at /subscriptions/${tenantB.subscriptionId}/resourcegroups/RG-wi-demo"
  to do:    remove one of the two`,
  ],
  [
    "a scope in tenant A's subscription",
    both({ identities: [roleAt(`/subscriptions/${tenantA.subscriptionId}`)] }),
    `identities[0].roles[0].scope lies in another subscription than tenantB.subscriptionId
  value:    "/subscriptions/aaaaaaaa-1111-4111-8111-11111111111a"
  expected: an id below /subscriptions/bbbbbbbb-1111-4111-8111-11111111111b
  to do:    an identity's roles are given by the stack of the subscription that they hold in`,
  ],
  [
    "two identities on one service account",
    both({
      workloads: [
        workload,
        { ...workload, name: "second", identity: { clientId: tenantA.tenantId, tenantId: tenantB.tenantId } },
      ],
    }),
    `workloads[1].identity differs from that of workload wi-demo-app, which has the same service account default/wi-demo-account
  value:    {"clientId":"aaaaaaaa-0000-4000-8000-00000000000a","tenantId":"bbbbbbbb-0000-4000-8000-00000000000b"}
  expected: the same identity ("mi-wi-demo"), or another service account`,
  ],
  [
    "a schedule that is none",
    both({ workloads: [{ ...workload, kind: "CronJob", schedule: "61 * * * *" }] }),
    `workloads[0].schedule is not a schedule: minute "61" is not 0–59, a range or *
  value:    "61 * * * *"
  expected: minute, hour, day of the month, month and day of the week
  example:  */15 * * * *`,
  ],
  [
    "a CronJob without a schedule",
    both({ workloads: [{ ...workload, kind: "CronJob" }] }),
    `workloads[0].schedule is missing, and a CronJob needs it
  expected: five cron fields
  example:  */15 * * * *`,
  ],
  [
    "a CronJob's name that leaves no room for its Jobs",
    both({ workloads: [{ ...workload, kind: "CronJob", schedule: "@daily", name: "a".repeat(53) }] }),
    `workloads[0].name is longer than the 52 characters that Kubernetes allows for a CronJob
  value:    "${"a".repeat(53)}"
  expected: 52 characters at most, because each Job adds 11 to it`,
  ],
  [
    "a schedule on a Pod",
    both({ workloads: [{ ...workload, schedule: "@daily" }] }),
    `workloads[0].schedule belongs to a CronJob, and this is a Pod
  value:    "@daily"
  to do:    remove it, or set \`kind: CronJob\``,
  ],
  [
    "replicas on a Pod",
    both({ workloads: [{ ...workload, replicas: 2 }] }),
    `workloads[0].replicas belongs to a Deployment, and this is a Pod
  value:    2
  to do:    remove it, or set \`kind: Deployment\``,
  ],
  [
    "namespace default, made",
    both({ workloads: [{ ...workload, createNamespace: true }] }),
    `workloads[0].createNamespace asks for namespace default, which every cluster has
  value:    true
  to do:    remove it, or give the workload a \`namespace\` of its own`,
  ],
  [
    "a secret in plain text",
    both({ tenantB: { ...tenantB, credentials: { clientId: tenantB.tenantId, clientSecret: "hunter2" } } }),
    `tenantB.credentials.clientSecret is in plain text in the stack file
  value:    (hidden)
  expected: an encrypted value (\`secure: …\`)
  to do:    renew it, for it may have been copied, and set it with: pulumi config set --secret --path tenantB.credentials.clientSecret`,
  ],
  [
    "two ways to sign in",
    both({ tenantB: { ...tenantB, credentials: { useMsi: true, useOidc: true } } }),
    `tenantB.credentials has 2 ways to sign in: useOidc, useMsi
  expected: one of them
  to do:    remove the others, so that it is plain who deploys`,
  ],
  [
    "a resource provider twice",
    both({ resourceProviders: ["Microsoft.Quota", "microsoft.quota"] }),
    `resourceProviders names a resource provider twice
  value:    "microsoft.quota"
  expected: each once`,
  ],
];

it.each(texts)("%s is refused with a text that says where and what to do", (_name, config, text) => {
  expect(onlyProblem(config)).toBe(text);
});

it("a namespace whose pods the webhook leaves alone is refused", () => {
  const { message } = refusal(both({ workloads: [{ ...workload, namespace: "kube-system" }] }));
  expect(
    message,
  ).toContain(`workloads[0].namespace belongs to Kubernetes itself; the workload identity webhook leaves its pods without a token
     value:    "kube-system"
     expected: a namespace of your own
     example:  default`);
});
