/** The outputs of the two stacks that the summary reads; see the README for the whole contract. */
interface TrustingIdentity {
  clientId: string;
  tenantId: string;
  subscriptionId: string;
  trusts: { issuer: string; subject: string; audience: string }[];
  roles: { role: string; scope: string }[];
}

interface WorkloadAccount {
  namespace: string;
  name: string;
  workload: string;
}

/** One block of lines for each trusted service account: the chain from the issuer to the result. */
export function describeTrustChain(
  clusterOutputs: Record<string, unknown>,
  identityOutputs: Record<string, unknown>,
  result: string,
): string[] {
  const identities = Object.entries((identityOutputs.identities ?? {}) as Record<string, TrustingIdentity>);
  const accounts = (clusterOutputs.serviceAccounts ?? []) as WorkloadAccount[];
  return identities.flatMap(([name, identity]) =>
    identity.trusts.flatMap((trust) => [
      row("issuer", trust.issuer),
      row("subject", trust.subject),
      row("workload", accounts.find((account) => trust.subject === subjectOf(account))?.workload ?? "none"),
      row("audience", trust.audience),
      row("identity", `${name}, client ${identity.clientId}, tenant ${identity.tenantId}`),
      ...identity.roles.map((role) => row("role", `${role.role} on ${role.scope}`)),
      row("result", result),
    ]),
  );
}

function subjectOf(account: WorkloadAccount): string {
  return `system:serviceaccount:${account.namespace}:${account.name}`;
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(9)} ${value}`;
}
