import { issuerDifference } from "../federation/issuer";

/** The two sides of the trust say different things. */
export class DisagreementError extends Error {
  constructor(readonly disagreements: readonly string[]) {
    const count = disagreements.length === 1 ? "" : `${disagreements.length} times: `;
    super(`Tenant A and tenant B disagree, ${count}no token would be accepted.\n\n${disagreements.join("\n\n")}`);
    this.name = "DisagreementError";
  }
}

/** The order in which a subject or an issuer is changed without a moment in which the workload is refused. */
export function safeOrder(identityStack: string, clusterStack: string): string {
  return [
    "To change it without an interruption:",
    `  1. add the new entry beside the old one in the identity's \`trusts\` in stack ${identityStack}`,
    `  2. pulumi up --stack ${identityStack}`,
    `  3. change stack ${clusterStack}, and pulumi up --stack ${clusterStack}`,
    `  4. remove the old entry in stack ${identityStack}, and pulumi up --stack ${identityStack}`,
  ].join("\n");
}

export interface SubjectDisagreement {
  readonly identity: string;
  readonly workload: string;
  readonly wanted: string;
  readonly trusted: readonly string[];
  readonly identityStack: string;
  readonly clusterStack: string;
}

/** Tenant A runs a service account that tenant B's identity does not list. */
export function subjectDisagreement(sides: SubjectDisagreement): string {
  const near = sides.trusted.find((subject) => subject.toLowerCase() === sides.wanted.toLowerCase());
  return [
    `Workload ${sides.workload} of stack ${sides.clusterStack} runs as a service account that identity ${sides.identity} of stack ${sides.identityStack} does not trust.`,
    `  tenant A has:     ${sides.wanted}`,
    `  tenant B trusts:  ${sides.trusted.length === 0 ? "no service account" : sides.trusted.join(", ")}`,
    ...(near === undefined ? [] : ["  They differ only in upper and lower case, and Entra ID tells these apart."]),
    safeOrder(sides.identityStack, sides.clusterStack),
  ].join("\n");
}

export interface IssuerDisagreement {
  readonly identity: string;
  readonly subject: string;
  readonly issuer: string;
  readonly trusted: readonly string[];
  readonly identityStack: string;
  readonly clusterStack: string;
}

/** Tenant B's identity trusts the service account, but of another cluster. */
export function issuerDisagreement(sides: IssuerDisagreement): string {
  const [only] = sides.trusted;
  const difference =
    only !== undefined && sides.trusted.length === 1 ? issuerDifference(only, sides.issuer) : undefined;
  return [
    `Identity ${sides.identity} of stack ${sides.identityStack} trusts ${sides.subject}, but not of the cluster of stack ${sides.clusterStack}.`,
    `  tenant A's issuer:  ${sides.issuer}`,
    `  tenant B trusts:    ${sides.trusted.length === 0 ? "no issuer yet" : sides.trusted.join(", ")}`,
    ...(difference === undefined ? [] : [`  Entra ID compares issuers letter by letter; ${difference}.`]),
    `When tenant B reads the issuer from stack ${sides.clusterStack} (\`clusterStack\`), \`pulumi up --stack ${sides.identityStack}\` is all it takes.`,
    safeOrder(sides.identityStack, sides.clusterStack),
  ].join("\n");
}
