import { RunError } from "@pulumi/pulumi";

export type Path = readonly (string | number)[];

/** One thing that is wrong with the config. */
export interface Problem {
  /** Where: the key's path below the project's namespace. */
  readonly path: Path;
  /** What is wrong, a sentence that follows the path. */
  readonly fault: string;
  /** The value as given; left out when there is none. Secrets are never shown. */
  readonly value?: unknown;
  readonly expected?: string;
  readonly example?: unknown;
  /** What to do, when expected value and example do not say it. */
  readonly advice?: string;
}

/** All that is wrong with a stack's config. Pulumi prints the message of a RunError without a stack trace. */
export class ConfigError extends RunError {
  constructor(
    stack: string,
    readonly problems: readonly Problem[],
  ) {
    super(describe(stack, problems));
    this.name = "ConfigError";
  }
}

/** `tenantA.tags["cost center"]`, the syntax of `pulumi config set --path`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

function describe(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const head = `${count} in the configuration of stack ${stack} (Pulumi.${stack.split("/").at(-1)}.yaml). Nothing in Azure or Kubernetes was changed.`;
  return [head, ...problems.map((problem, index) => describeOne(index + 1, problem))].join("\n\n");
}

function describeOne(number: number, problem: Problem): string {
  const indent = " ".repeat(`${number}. `.length + 2);
  const line = (label: string, text: string) => `${indent}${label.padEnd(10)}${text}`;
  const lines = [`  ${number}. ${problem.path.length === 0 ? "" : `${pathText(problem.path)} `}${problem.fault}`];
  if (problem.value !== undefined) lines.push(line("value:", shown(problem.path, problem.value)));
  if (problem.expected !== undefined) lines.push(line("expected:", problem.expected));
  if (problem.example !== undefined) lines.push(line("example:", exampleText(problem.example)));
  if (problem.advice !== undefined) lines.push(line("to do:", problem.advice));
  return lines.join("\n");
}

/** The last two stand in kubeconfigs, which are pasted into config where a path was asked for. */
const secretKey = /secret|password|token(?!Expiration)|-data$|^contents?$/i;
const secretText = /(^|\s)(apiVersion|client-key-data|token|password):/;

/** A value as YAML would show it, short, and never one that may be a secret. */
function shown(path: Path, value: unknown): string {
  if (path.some((step) => typeof step === "string" && secretKey.test(step))) return "(hidden)";
  const text = JSON.stringify(value, (key, inner) => (isSecret(key, inner) ? "(hidden)" : inner)) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function isSecret(key: string, value: unknown): boolean {
  return secretKey.test(key) || (typeof value === "string" && secretText.test(value));
}

export function exampleText(example: unknown): string {
  return typeof example === "string" ? example : JSON.stringify(example);
}
