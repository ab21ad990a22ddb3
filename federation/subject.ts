/** The subject (`sub` claim) of a Kubernetes service account token, which tenant B compares byte for byte. */

declare const brand: unique symbol;
export type Subject = string & { readonly [brand]: "Subject" };

/** Where a service account lives. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

const prefix = "system:serviceaccount:";

/** `system:serviceaccount:NAMESPACE:NAME`, as kube-apiserver writes it into the token. */
export function subjectOf({ namespace, name }: ServiceAccountRef): Subject {
  return `${prefix}${namespace}:${name}` as Subject;
}

/** The service account that a subject names, or undefined when the text is not such a subject. */
export function parseSubject(text: string): ServiceAccountRef | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const [namespace, name, ...rest] = text.slice(prefix.length).split(":");
  if (!namespace || !name || rest.length > 0) return undefined;
  return { namespace, name };
}
