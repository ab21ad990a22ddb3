import { cloudOf, type Environment, environments } from "./clouds";

/** What the error codes of Entra ID and Resource Manager mean here, and what to do about each. */

export interface Advice {
  readonly code: string;
  readonly cause: string;
  readonly toDo: string;
}

/** Advice on a client secret: the command of the tenant that it is for, or of either when that is not known. */
function renewSecret(tenant?: AdvisedTenant): string {
  const key = tenant?.key ?? "TENANT";
  const setIt = `make a new one and set it with \`pulumi config set --secret --path ${key}.credentials.clientSecret\`, or in the variable ${tenant?.variablePrefix ?? ""}ARM_CLIENT_SECRET if it comes from there`;
  return tenant === undefined ? `${setIt}; TENANT is tenantA or tenantB` : setIt;
}

/** Advice on a cloud that is not the tenant's: which one was asked, and the command for the others. */
function chooseCloud(tenant?: AdvisedTenant): string {
  const key = tenant?.key ?? "TENANT";
  const asked = tenant?.environment;
  const commands = environments
    .filter((environment) => environment !== asked)
    .map((environment) => `\`pulumi config set --path ${key}.environment ${environment}\``);
  const now = asked === undefined ? "" : ` and not ${asked}, which is ${cloudOf(asked).authority}`;
  return `name the cloud that the tenant is in${now}: ${commands.join(" or ")}; both tenants have to be in one cloud`;
}

/** An advice that names the tenant's own keys and variables once the tenant is known. */
interface KnownAdvice extends Advice {
  toDoFor?(tenant: AdvisedTenant): string;
}

/** Ordered: where one code's text contains another's, the longer comes first. */
export const adviceTable: readonly KnownAdvice[] = [
  {
    code: "AADSTS7002138",
    cause: "issuer, subject or audience differ from the federated credential in upper and lower case",
    toDo: "compare both letter by letter; if they are the same, delete the credential and run `pulumi up --refresh`",
  },
  {
    code: "AADSTS700213",
    cause: "the identity trusts no such subject: another namespace or service account",
    toDo: "list the service account in the identity's `trusts` in tenant B's stack and run `pulumi up` there",
  },
  {
    code: "AADSTS700212",
    cause: "the token's audience is not that of the federated credential",
    toDo: "request the token for api://AzureADTokenExchange; a token of an AKS identity binding does not fit",
  },
  {
    code: "AADSTS700211",
    cause: "the identity does not trust this issuer; often the trailing slash is missing",
    toDo: "run `pulumi up` in tenant B's stack so that it reads the issuer again; a credential needs some seconds after it is made",
  },
  {
    code: "AADSTS70021",
    cause: "no federated credential matches the token, or it was made seconds ago",
    toDo: "wait a minute; then compare issuer, subject and audience with the credential",
  },
  {
    code: "AADSTS700222",
    cause: "the token comes from Entra ID itself and not from a cluster",
    toDo: "trust the cluster's own issuer",
  },
  {
    code: "AADSTS7000215",
    cause: "the client secret is wrong, or it is the secret's id in place of its value",
    toDo: renewSecret(),
    toDoFor: renewSecret,
  },
  {
    code: "AADSTS7000222",
    cause: "the client secret has expired",
    toDo: renewSecret(),
    toDoFor: renewSecret,
  },
  {
    code: "AADSTS700016",
    cause: "this tenant has no such application: the wrong tenant, or a resource id in place of the client id",
    toDo: "check tenantId and clientId; an application of the other tenant is not known here",
  },
  {
    code: "AADSTS90002",
    cause: "there is no tenant with this id in this cloud",
    toDo: `check tenantId; if it is right, ${chooseCloud()}`,
    toDoFor: (tenant) => `check ${tenant.key}.tenantId; if it is right, ${chooseCloud(tenant)}`,
  },
  {
    code: "AADSTS900382",
    cause: "the tenant is in another cloud of Azure than the one that was asked",
    toDo: chooseCloud(),
    toDoFor: chooseCloud,
  },
  {
    code: "AADSTS90038",
    cause: "the tenant is in another cloud of Azure than the one that was asked",
    toDo: chooseCloud(),
    toDoFor: chooseCloud,
  },
  {
    code: "AADSTS500011",
    cause: "Entra ID does not know the service that a token was asked for: the sign-in is to another cloud of Azure",
    toDo: chooseCloud(),
    toDoFor: chooseCloud,
  },
  {
    code: "AADSTS90061",
    cause: "Entra ID cannot reach the issuer's discovery document",
    toDo: "open ISSUER/.well-known/openid-configuration from the internet; on AKS, `az aks update` without options repairs it",
  },
  {
    code: "AADSTS50005",
    cause: "a Conditional Access policy stops this sign-in",
    toDo: "sign in as a service principal, or from a device that the policy accepts",
  },
  {
    code: "InvalidAuthenticationTokenTenant",
    cause: "the token is from another tenant than the one that the subscription belongs to",
    toDo: "check that tenantId and subscriptionId belong together, and that the credentials are of that tenant",
  },
  {
    code: "SubscriptionNotFound",
    cause: "there is no such subscription, or the deployer may not see it",
    toDo: "check subscriptionId, and give the deployer its role there (permissions/)",
  },
  {
    code: "AuthorizationFailed",
    cause: "the deployer lacks a right",
    toDo: "give it the custom role in permissions/, at the subscription; a new assignment may take minutes to hold",
  },
  {
    code: "RoleDefinitionDoesNotExist",
    cause: "there is no such role where it is to hold",
    toDo: 'look it up: az role definition list --scope SCOPE --query "[].{name:roleName, id:name}"',
  },
  {
    code: "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    cause: "someone else writes credentials of the same identity at the same moment",
    toDo: "run `pulumi up` again; this stack itself writes them one after the other",
  },
  {
    code: "MissingSubscriptionRegistration",
    cause: "the subscription has not registered this resource provider",
    toDo: "list its namespace under `resourceProviders`, or run `az provider register`",
  },
];

/** The tenant that an error is about, so that advice can be a command to copy. */
export interface AdvisedTenant {
  readonly key: "tenantA" | "tenantB";
  readonly tenantId: string;
  /** Prefix of the variables with which this tenant alone is signed in to. */
  readonly variablePrefix: string;
  /** The cloud that config names. */
  readonly environment?: Environment;
}

function notSignedIn(tenant: AdvisedTenant | undefined): Advice {
  const prefix = tenant?.variablePrefix ?? "";
  return {
    code: "no credentials",
    cause: "nothing to sign in with was found",
    toDo: `${inCloud(tenant)}az login --tenant ${tenant?.tenantId ?? "TENANT"}, or set ${tenant?.key ?? "the tenant"}.credentials, or the variables ${prefix}ARM_CLIENT_ID and ${prefix}ARM_CLIENT_SECRET`,
  };
}

/** The CLI signs in to one cloud at a time. */
function inCloud(tenant: AdvisedTenant | undefined): string {
  const environment = tenant?.environment ?? "public";
  return environment === "public" ? "" : `az cloud set --name ${cloudOf(environment).cliName} && `;
}

/** Finds the advice for an error's text; undefined when the text has no code that is known here. */
export function adviceFor(text: string, tenant?: AdvisedTenant): Advice | undefined {
  const known = adviceTable.find(({ code }) => new RegExp(`${code}(?!\\d)`).test(text));
  if (known) {
    const { code, cause, toDo, toDoFor } = known;
    return { code, cause, toDo: tenant && toDoFor ? toDoFor(tenant) : toDo };
  }
  return /az login|azure cli|no credentials|unable to authenticate|credential unavailable|authorization config/i.test(
    text,
  )
    ? notSignedIn(tenant)
    : undefined;
}
