import { readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { KubeconfigSource } from "../config/cluster";
import { failureCode, failureReason } from "./failure";

/** The one context of a kubeconfig that is used, with everything it needs inside. */
export interface Kubeconfig {
  readonly yaml: string;
  readonly context: string;
}

const named = z.array(z.looseObject({ name: z.string() })).nullish();

const fileSchema = z.looseObject({
  "current-context": z.string().nullish(),
  clusters: named,
  users: named,
  contexts: named,
});

type KubeconfigFile = z.output<typeof fileSchema>;
type Entry = Record<string, unknown>;

interface Place {
  /** As an error names it. */
  readonly text: string;
  /** Folder that relative paths inside refer to. */
  readonly folder: string;
  readonly file: KubeconfigFile;
}

/**
 * Reads a kubeconfig as kubectl does (a given file, else the list in $KUBECONFIG, else ~/.kube/config) and keeps of it the
 * one context, its cluster and its user, with files embedded: it then works wherever the stack is deployed from.
 * @throws RunError when a file is missing or no kubeconfig, or the context is not in it; it names those that are.
 */
export function readKubeconfig(
  source: KubeconfigSource,
  projectDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Kubeconfig {
  const places =
    "contents" in source ? [given(source.contents, projectDir)] : files(source.path, projectDir, environment);
  const context = source.context ?? first(places, ({ file }) => file["current-context"] || undefined);
  const names = places.flatMap(({ file }) => (file.contexts ?? []).map(({ name }) => name));
  const where = places.map(({ text }) => text).join(", ");
  if (context === undefined) throw missing("has no current context, and config names none", where, names);
  const chosen = entry(places, "contexts", "context", context);
  if (chosen === undefined) throw missing(`has no context ${context}`, where, names);
  const clusterName = String(chosen.entry.cluster ?? "");
  const userName = String(chosen.entry.user ?? "");
  const cluster = entry(places, "clusters", "cluster", clusterName);
  if (cluster === undefined)
    throw missing(`has no cluster "${clusterName}", which context ${context} names`, where, names);
  // A context without a user is allowed: the cluster then sees an anonymous caller, or a proxy signs in.
  const user = entry(places, "users", "user", userName);
  const yaml = stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: clusterName, cluster: embedded(cluster, ["certificate-authority"]) }],
    users: [{ name: userName, user: user === undefined ? {} : signIn(user) }],
    contexts: [{ name: context, context: chosen.entry }],
    "current-context": context,
  });
  return { yaml, context };
}

function given(contents: string, folder: string): Place {
  return { text: "cluster.kubeconfig.contents", folder, file: parsed(contents, "cluster.kubeconfig.contents") };
}

function files(
  path: string | undefined,
  projectDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Place[] {
  const home = environment.HOME ?? environment.USERPROFILE ?? "";
  const listed = (environment.KUBECONFIG ?? "").split(delimiter).filter((part) => part !== "");
  const candidates =
    path !== undefined ? [expanded(path, home)] : listed.length > 0 ? listed : [join(home, ".kube", "config")];
  const found = candidates.flatMap((candidate) => {
    const file = resolve(projectDir, candidate);
    const contents = contentsOf(file);
    return contents === undefined ? [] : [{ text: file, folder: dirname(file), file: parsed(contents, file) }];
  });
  if (found.length > 0) return found;
  const origin = path !== undefined ? "cluster.kubeconfig.path" : listed.length > 0 ? "$KUBECONFIG" : "the default";
  throw new RunError(
    [
      "The kubeconfig of the cluster is not there. Nothing in Azure or Kubernetes was changed.",
      `  looked for:  ${candidates.map((candidate) => resolve(projectDir, candidate)).join(", ")} (${origin})`,
      "  to do:       set cluster.kubeconfig.path to the file, or $KUBECONFIG; `az aks get-credentials`, `aws eks update-kubeconfig`,",
      "               `gcloud container clusters get-credentials` and `kubectl config view --raw` write one. Without a file on this machine:",
      "               pulumi config set --secret --path cross-tenant-identity:cluster.kubeconfig.contents",
    ].join("\n"),
  );
}

function expanded(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}

function contentsOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (failureCode(error) === "ENOENT") return undefined;
    throw new RunError(
      `The kubeconfig ${file} cannot be read: ${failureReason(error)}. Set cluster.kubeconfig.path to a file that you may read.`,
    );
  }
}

function parsed(contents: string, where: string): KubeconfigFile {
  let value: unknown;
  let reason = "it is not a mapping with clusters, users and contexts";
  try {
    value = parse(contents);
  } catch (error) {
    // Only the first line: the others show a piece of the text, which may be a credential.
    reason = failureReason(error).split("\n")[0] ?? reason;
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  throw new RunError(
    [
      "The kubeconfig is not one. Nothing in Azure or Kubernetes was changed.",
      `  where:   ${where}`,
      `  reason:  ${reason}`,
      "  to do:   look at it with: kubectl config view --kubeconfig FILE",
    ].join("\n"),
  );
}

function missing(what: string, where: string, names: readonly string[]): RunError {
  return new RunError(
    [
      `The kubeconfig ${what}. Nothing in Azure or Kubernetes was changed.`,
      `  where:     ${where}`,
      `  contexts:  ${names.length === 0 ? "none" : names.join(", ")}`,
      "  to do:     set cluster.kubeconfig.context to one of them (kubectl config get-contexts), or fetch the cluster's credentials first",
    ].join("\n"),
  );
}

/** The first file that says something wins, as in kubectl. */
function first<Value>(places: readonly Place[], value: (place: Place) => Value | undefined): Value | undefined {
  for (const place of places) {
    const found = value(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Found {
  readonly entry: Entry;
  readonly folder: string;
}

function entry(
  places: readonly Place[],
  list: "clusters" | "users" | "contexts",
  key: string,
  name: string,
): Found | undefined {
  return first(places, ({ file, folder }) => {
    const item: Entry | undefined = (file[list] ?? []).find((candidate) => candidate.name === name);
    const value = item?.[key];
    return typeof value === "object" && value !== null ? { entry: { ...value }, folder } : undefined;
  });
}

/** The entry with `KEY: file` turned into `KEY-data: contents`, as `kubectl config view --flatten` does. */
function embedded({ entry: plain, folder }: Found, keys: readonly string[]): Entry {
  const result = { ...plain };
  for (const key of keys) {
    const file = result[key];
    if (typeof file !== "string" || file === "") continue;
    delete result[key];
    if (result[`${key}-data`]) continue;
    const contents = contentsOf(isAbsolute(file) ? file : join(folder, file));
    if (contents === undefined) {
      throw new RunError(
        `The kubeconfig names a file that is not there: ${key}: ${file}. Fetch the cluster's credentials again, or embed them with: kubectl config view --raw --flatten`,
      );
    }
    result[`${key}-data`] = Buffer.from(contents).toString("base64");
  }
  return result;
}

/** A token file and a program stay where they are: both give other tokens as time goes by. */
function signIn(user: Found): Entry {
  const result = embedded(user, ["client-certificate", "client-key"]);
  const { tokenFile, exec } = result;
  if (typeof tokenFile === "string") result.tokenFile = resolve(user.folder, tokenFile);
  if (typeof exec === "object" && exec !== null && "command" in exec && typeof exec.command === "string") {
    const { command } = exec;
    const beside = command.includes("/") && !isAbsolute(command);
    result.exec = { ...exec, command: beside ? join(user.folder, command) : command };
  }
  return result;
}
