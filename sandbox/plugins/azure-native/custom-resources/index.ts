import { resourceSpec } from "../table/index.ts";
import type { ResourceSpec } from "../table/shape.ts";
import { blob } from "./blob.ts";
import type { CustomResource } from "./custom-resource.ts";
import { staticWebsite } from "./static-website.ts";

/** Types that are no resource of Resource Manager. */
export const customResources: readonly CustomResource[] = [staticWebsite, blob];

/** The hand-written code of a type, when it has some. */
export function customResource(type: string): CustomResource | undefined {
  return customResources.find(({ spec }) => spec.type === type);
}

/** The entry of a type, whichever way it is written. @throws Error saying how to add a type that is not there */
export function specOf(type: string): ResourceSpec {
  return customResource(type)?.spec ?? resourceSpec(type);
}
