import * as pulumi from "@pulumi/pulumi";
import { namespace } from "./stack";

/** The project's keys as the engine hands them over, before any check. */
export interface RawConfig {
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys of which at least one part is encrypted in the stack file. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Reads all keys of the project's namespace, known or not, so that misspelt ones are found. */
export function readRawConfig(): RawConfig {
  const prefix = `${namespace}:`;
  const values: Record<string, unknown> = {};
  const secretKeys = new Set<string>();
  for (const [fullKey, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!fullKey.startsWith(prefix)) continue;
    const key = fullKey.slice(prefix.length);
    Object.defineProperty(values, key, { value: parsed(text), enumerable: true });
    if (isSecret(fullKey)) secretKeys.add(key);
  }
  return { values, secretKeys };
}

/** Objects and lists come as JSON; anything else is text. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The SDK knows which keys are secret, though its type declarations leave the function out. */
function isSecret(fullKey: string): boolean {
  const check: unknown = Reflect.get(pulumi.runtime, "isConfigSecret");
  return typeof check === "function" && check(fullKey) === true;
}
