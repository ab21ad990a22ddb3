import { RunError } from "@pulumi/pulumi";
import { SignInProgramError } from "./api-requests";
import { failureCode, failureReason } from "./failure";

/** The API server gave no answer. `where` names the cluster and the key that its kubeconfig is from. */
export function unreachable(where: string, server: string | undefined, error: unknown): RunError {
  if (error instanceof SignInProgramError) return signInFailed(where, error);
  const reason = failureReason(error);
  const code = failureCode(error);
  return new RunError(
    [
      `The API server of ${where} cannot be reached. Nothing in Azure or Kubernetes was changed.`,
      ...(server === undefined ? [] : [`  address:  ${server}`]),
      `  reason:   ${code === "" || reason.includes(code) ? reason : `${code}: ${reason}`}`,
      `  to do:    ${advice(code, reason)}`,
    ].join("\n"),
  );
}

/** The API server does not know the kubeconfig's user. */
export function notSignedIn(where: string, server: string): RunError {
  return new RunError(
    [
      `The API server of ${where} refuses the kubeconfig's credentials (401 Unauthorized). Nothing in Azure or Kubernetes was changed.`,
      `  address:  ${server}`,
      "  to do:    fetch the cluster's credentials again; tokens and certificates in a kubeconfig expire.",
      "            Look with: kubectl auth whoami",
    ].join("\n"),
  );
}

/** The kubeconfig's user may not do something that a check needs. */
export function forbidden(where: string, what: string): RunError {
  return new RunError(
    [
      `The kubeconfig's user may not ${what} in ${where} (403 Forbidden). Nothing in Azure or Kubernetes was changed.`,
      "  to do:  use a kubeconfig with that right, or have it granted: docs/permissions.md lists what is needed in a cluster",
    ].join("\n"),
  );
}

function signInFailed(where: string, error: SignInProgramError): RunError {
  const { command, absent, installHint, message } = error;
  const hint = installHint?.trim().replaceAll("\n", "\n            ");
  return new RunError(
    [
      absent
        ? `The kubeconfig of ${where} signs in with the program ${command}, which is not installed here. Nothing in Azure or Kubernetes was changed.`
        : `The program ${command}, with which the kubeconfig of ${where} signs in, failed. Nothing in Azure or Kubernetes was changed.`,
      `  reason:   ${absent ? `${command} is not found on PATH` : message.split("\n").slice(0, 6).join("\n            ") || "it said nothing"}`,
      `  to do:    ${absent ? (hint ?? installAdvice(command)) : `run it by hand as the kubeconfig has it (kubectl get --raw /version does), and sign in to its cloud first`}`,
    ].join("\n"),
  );
}

function installAdvice(command: string): string {
  const name =
    command
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.exe$/, "") ?? command;
  const programs: Record<string, string> = {
    aws: "install the AWS CLI (docs.aws.amazon.com/cli) and sign in: aws sts get-caller-identity",
    "gke-gcloud-auth-plugin": "gcloud components install gke-gcloud-auth-plugin",
    kubelogin: "az aks install-cli (it brings kubelogin too)",
  };
  return programs[name] ?? `install ${name} and put it on PATH`;
}

function advice(code: string, reason: string): string {
  const stopped =
    "check that the cluster runs, and that this machine reaches it (VPN, private cluster, authorized IP ranges)";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return "the name does not resolve here: a private cluster is reached from its own network only, a deleted one not at all";
  }
  if (/certificate|self.signed|CERT|altname/i.test(`${code} ${reason}`)) {
    return "fetch the cluster's credentials again: the kubeconfig's authority did not sign what the server shows (a rebuilt cluster, or a proxy in between)";
  }
  return `${stopped}. Look with: kubectl get --raw /version`;
}
