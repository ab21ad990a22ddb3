import { createHash, randomBytes } from "node:crypto";
import { isPropertyMap, type PropertyMap, Secret } from "../rpc/values.ts";
import { map, text, withField } from "./fields.ts";
import type { ObjectName } from "./resource-type.ts";

/** Annotations by which a program steers the provider (pulumi-kubernetes, provider/pkg/metadata). */
export const ANNOTATION = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  waitFor: "pulumi.com/waitFor",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  replaceUnready: "pulumi.com/replaceUnready",
  deletionPropagationPolicy: "pulumi.com/deletionPropagationPolicy",
} as const;

/** The value of an annotation, "" when it is not there or not known yet. */
export function annotation(object: PropertyMap, name: string): string {
  return text(object, "metadata", "annotations", name);
}

/** True when the provider, not the program, chose the object's name. */
export function isAutonamed(object: PropertyMap): boolean {
  return annotation(object, ANNOTATION.autonamed) === "true";
}

/** Namespace and name of an object. */
export function nameOf(object: PropertyMap): ObjectName {
  return { namespace: text(object, "metadata", "namespace"), name: text(object, "metadata", "name") };
}

/** `Kind namespace/name` for messages. */
export function describe(object: PropertyMap): string {
  const { namespace, name } = nameOf(object);
  return `${text(object, "kind")} ${namespace === "" ? name : `${namespace}/${name}`}`;
}

/**
 * Gives an object without a name the one it had before, or a new one: the resource's name and eight digits that come
 * from the engine's seed, so that preview and deployment agree.
 */
export function withName(
  news: PropertyMap,
  olds: PropertyMap,
  resourceName: string,
  randomSeed: Uint8Array,
): PropertyMap {
  const metadata = news.metadata ?? {};
  if (!isPropertyMap(metadata) || metadata.name !== undefined || metadata.generateName !== undefined) return news;
  const name = isAutonamed(olds) ? nameOf(olds).name : `${resourceName}-${suffix(randomSeed)}`;
  const annotations = metadata.annotations instanceof Secret ? metadata.annotations.value : metadata.annotations;
  if (annotations !== undefined && !isPropertyMap(annotations)) return withField(news, ["metadata", "name"], name);
  return withField(withField(news, ["metadata", "name"], name), ["metadata", "annotations"], {
    ...map({ annotations: annotations ?? {} }, "annotations"),
    [ANNOTATION.autonamed]: "true",
  });
}

function suffix(randomSeed: Uint8Array): string {
  const source = randomSeed.length > 0 ? createHash("sha256").update(randomSeed).digest() : randomBytes(4);
  return source.toString("hex").slice(0, 8);
}
