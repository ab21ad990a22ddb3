import { z } from "zod";
import { documented, type KeyDocumentation } from "./documentation";

/** The parts of a resource id below a resource group. */
export interface ResourceIdParts {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** `Microsoft.ContainerService/managedClusters`; of a nested resource with all its types. */
  readonly type: string;
  /** The resource's own name, the last part of the id. */
  readonly name: string;
}

/** Takes a resource id apart; undefined when it is none of a resource in a resource group. */
export function resourceIdParts(id: string): ResourceIdParts | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)$/i.exec(
    id,
  );
  const [, subscriptionId, resourceGroup, namespace, rest] = match ?? [];
  if (!subscriptionId || !resourceGroup || !namespace || !rest) return undefined;
  const steps = rest.slice(1).split("/");
  const types = steps.filter((_, index) => index % 2 === 0);
  return { subscriptionId, resourceGroup, type: [namespace, ...types].join("/"), name: steps.at(-1) ?? "" };
}

/** The id of a resource of one type, e.g. `Microsoft.ContainerService/managedClusters`; Azure compares it without case. */
export function resourceId(type: string, text: KeyDocumentation) {
  const schema = z.string().superRefine((value, context) => {
    const parts = resourceIdParts(value);
    if (parts?.type.toLowerCase() === type.toLowerCase()) return;
    const message =
      parts === undefined ? "is not the id of a resource" : `is the id of a resource of type ${parts.type}`;
    context.addIssue({ code: "custom", message });
  });
  const [namespace = type, ...types] = type.split("/");
  const tail = types.map((each) => `${each}/…`).join("/");
  return documented(schema, {
    expected: `/subscriptions/…/resourceGroups/…/providers/${namespace}/${tail}`,
    ...text,
  });
}
