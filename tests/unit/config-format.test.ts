import { both, cluster, identity, load, onlyProblem, refusal, tenantA, workload } from "./config-fixtures";

it("a right config is accepted, with its defaults filled in", () => {
  const config = load(both());
  expect(config.workloads[0]).toMatchObject({
    namespace: "default",
    createNamespace: false,
    tokenExpirationSeconds: 3600,
  });
  expect(config.cluster).toMatchObject({
    tier: "Standard",
    autoUpgrade: "patch",
    nodePool: { vmSize: "Standard_D2s_v5", count: 2 },
  });
  expect(config.tenantA?.environment).toBe("public");
  expect(config.identityStack).toEqual([]);
  expect(config.notes).toEqual([]);
});

it("one stack and a list of stacks are the same kind of value", () => {
  const remote = { workloads: [workload], identities: undefined, tenantB: undefined };
  expect(load(both({ ...remote, identityStack: "tenantB" })).identityStack).toEqual(["tenantB"]);
  expect(load(both({ ...remote, identityStack: ["one", "org/project/two"] })).identityStack).toEqual([
    "one",
    "org/project/two",
  ]);
});

it("numbers and booleans of YAML become the text of a variable or a tag", () => {
  const config = load(both({ workloads: [{ ...workload, env: { RETRIES: 3, VERBOSE: true } }] }));
  expect(config.workloads[0]?.env).toEqual({ RETRIES: "3", VERBOSE: "true" });
});

const texts: [string, Record<string, unknown>, string][] = [
  [
    "an unknown key",
    both({ colour: "blue" }),
    `colour is not a key that exists here
  value:    "blue"
  expected: one of tenantA, tenantB, cluster, workloads, identityStack, identities, clusterStack, resourceProviders`,
  ],
  [
    "a misspelt key",
    both({ resourceProvider: [] }),
    `resourceProvider is not a key that exists here
  value:    []
  expected: one of tenantA, tenantB, cluster, workloads, identityStack, identities, clusterStack, resourceProviders
  to do:    did you mean \`resourceProviders\`?`,
  ],
  [
    "a misspelt nested key, which is not reported as missing too",
    both({ workloads: [{ ...workload, image: undefined, imgae: "app:1" }] }),
    `workloads[0].imgae is not a key that exists here
  value:    "app:1"
  expected: one of name, kind, namespace, createNamespace, serviceAccount, image, env, command, args, replicas, schedule, tokenExpirationSeconds, identity
  to do:    did you mean \`image\`?`,
  ],
  [
    "a missing key",
    both({ tenantA: { ...tenantA, location: undefined } }),
    `tenantA.location is missing
  expected: a region's short name, as \`az account list-locations\` lists it
  example:  eastus`,
  ],
  [
    "an id that is no GUID",
    both({ tenantA: { ...tenantA, tenantId: "contoso" } }),
    `tenantA.tenantId is not a GUID
  value:    "contoso"
  expected: the tenant's GUID, as \`az account show --query tenantId\` prints it
  example:  aaaaaaaa-0000-4000-8000-00000000000a`,
  ],
  [
    "a region by its display name",
    both({ tenantA: { ...tenantA, location: "East US" } }),
    `tenantA.location is not the short name of an Azure region
  value:    "East US"
  expected: a region's short name, as \`az account list-locations\` lists it
  example:  eastus`,
  ],
  [
    "a Kubernetes version that YAML took for a number",
    both({ cluster: { ...cluster, kubernetesVersion: 1.3 } }),
    `cluster.kubernetesVersion is a number, not a text
  value:    1.3
  expected: a version in quotes (1.30 without them is the number 1.3)
  example:  "1.35"`,
  ],
  [
    "an unknown kind",
    both({ workloads: [{ ...workload, kind: "Deploymnt" }] }),
    `workloads[0].kind is not one of the values that are possible here
  value:    "Deploymnt"
  expected: one of Pod, Deployment, Job, CronJob
  example:  Deployment
  to do:    did you mean \`Deployment\`?`,
  ],
  [
    "a name that Kubernetes refuses",
    both({ workloads: [{ ...workload, name: "Demo_App" }] }),
    `workloads[0].name is not a name that Kubernetes accepts (RFC 1123 label)
  value:    "Demo_App"
  expected: 1–63 of a–z, 0–9 and -, first and last a letter or digit
  example:  wi-demo-app`,
  ],
  [
    "a cluster's name that Azure refuses",
    both({ cluster: { ...cluster, name: "-aks" } }),
    `cluster.name is not a name that Azure accepts for a cluster
  value:    "-aks"
  expected: 1–63 letters, digits, - and _, first and last a letter or digit
  example:  aks-wi-demo`,
  ],
  [
    "a resource group's name that Azure refuses",
    both({ cluster: { ...cluster, resourceGroup: "rg." } }),
    `cluster.resourceGroup is not a name that Azure accepts for a resource group
  value:    "rg."
  expected: 1–90 letters, digits, _, -, (, ) and ., not a . at the end
  example:  rg-wi-demo`,
  ],
  [
    "a token expiration that the webhook rejects",
    both({ workloads: [{ ...workload, tokenExpirationSeconds: 60 }] }),
    `workloads[0].tokenExpirationSeconds is less than 3600
  value:    60
  expected: a whole number from 3600 to 86400
  example:  3600`,
  ],
  [
    "an empty image",
    both({ workloads: [{ ...workload, image: "" }] }),
    `workloads[0].image is empty or has whitespace in it
  value:    ""
  expected: an image reference
  example:  ghcr.io/example/cross-tenant-identity-app:0.1.0`,
  ],
  [
    "an unknown role",
    both({ identities: [{ ...identity, roles: [{ role: "Key Vault Secret User", scope: "subscription" }] }] }),
    `identities[0].roles[0].role is not a built-in role that is known here
  value:    "Key Vault Secret User"
  expected: a built-in role's name, or the GUID or full id of any role
  example:  Reader
  to do:    did you mean \`Key Vault Secrets User\` or \`Key Vault Crypto User\` or \`Key Vault Secrets Officer\`?`,
  ],
  [
    "a role that is like no other",
    both({ identities: [{ ...identity, roles: [{ role: "Contoso Auditor Plus", scope: "subscription" }] }] }),
    `identities[0].roles[0].role is not a built-in role that is known here
  value:    "Contoso Auditor Plus"
  expected: a built-in role's name, or the GUID or full id of any role
  example:  Reader
  to do:    look its id up: az role definition list --name "Contoso Auditor Plus" --query "[].name"`,
  ],
  [
    "a scope that is none",
    both({ identities: [{ ...identity, roles: [{ role: "Reader", scope: "rg-wi-demo" }] }] }),
    `identities[0].roles[0].scope is not a scope: it is neither \`subscription\` nor \`resourceGroup\` nor an id that starts with \`/\`
  value:    "rg-wi-demo"
  expected: \`subscription\`, \`resourceGroup\` (the identity's own) or the full id of a resource
  example:  subscription`,
  ],
  [
    "an issuer without https",
    { tenantB: both().tenantB, identities: [identity], cluster: { oidcIssuerUrl: "http://example.com/" } },
    `cluster.oidcIssuerUrl cannot be used by Entra ID: the issuer starts with http:// and not with https://
  value:    "http://example.com/"
  expected: the issuer letter by letter as the cluster reports it: https, no query, with the slash at its end where it has one
  example:  https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f…/
  to do:    copy it from the cluster: kubectl get --raw /.well-known/openid-configuration shows it as \`issuer\``,
  ],
  [
    "a typed-in identity that lacks its tenant",
    both({ workloads: [{ ...workload, identity: { clientId: tenantA.tenantId } }] }),
    `workloads[0].identity.tenantId is missing
  expected: a GUID
  example:  bbbbbbbb-0000-4000-8000-00000000000b`,
  ],
  [
    "a list where one value belongs",
    both({ cluster: [cluster] }),
    `cluster is a list, which is not possible here
  value:    [{"kind":"aks","name":"aks-wi-demo","resourceGroup":"rg-wi-demo"}]
  expected: an object with kind (aks, existingAks, aksArc, connected or kubernetes), or with oidcIssuerUrl alone
  example:  {"kind":"aks","name":"aks-wi-demo","resourceGroup":"rg-wi-demo"}`,
  ],
  [
    "a variable's name that Kubernetes refuses",
    both({ workloads: [{ ...workload, env: { "9LIVES": "x" } }] }),
    `workloads[0].env["9LIVES"] has a name that is not the name of a variable
  value:    "9LIVES"
  expected: letters, digits, _, - and ., not a digit first`,
  ],
];

it.each(texts)("%s is refused with its path, value, what was expected and an example", (_name, config, text) => {
  expect(onlyProblem(config)).toBe(text);
});

it("several mistakes are all reported at once, numbered, under the stack's file", () => {
  const { message, problems } = refusal(
    both({
      tenantA: { ...tenantA, tenantId: "contoso" },
      colour: 1,
      workloads: [
        { ...workload, name: "X" },
        { ...workload, kind: "Job", replicas: 2 },
      ],
    }),
  );
  expect(problems).toHaveLength(4);
  expect(message).toMatch(
    /^4 problems in the configuration of stack test \(Pulumi\.test\.yaml\)\. Nothing in Azure or Kubernetes was changed\./,
  );
  expect(message).toContain("  4. workloads[1].replicas");
});

it("a list's place is counted as in the file, though an earlier element could not be read", () => {
  const { message } = refusal(both({ workloads: [{ name: "X" }, { ...workload, schedule: "* * * * *" }] }));
  expect(message).toContain("workloads[1].schedule belongs to a CronJob");
});

it("never shows a secret's value", () => {
  const secretTenant = { ...tenantA, credentials: { clientSecret: 7, clientId: "nobody" } };
  const { message } = refusal(both({ tenantA: secretTenant }), ["tenantA"]);
  expect(message).not.toContain("7\n");
  expect(message).toContain("(hidden)");
  expect(message).toContain('"nobody"');
});

it("shows no value of a key that is encrypted as a whole", () => {
  const { message } = refusal(both({ workloads: [{ ...workload, name: "Hunter_2" }] }), ["workloads"]);
  expect(message).not.toContain("Hunter_2");
});
