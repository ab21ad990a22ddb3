/** Azure's identifiers, told apart by the compiler: a tenant's id is never taken for a subscription's. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<"TenantId">;
export type SubscriptionId = Branded<"SubscriptionId">;

/** The textual form of a GUID, in any case. */
export const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return guidPattern.test(text);
}

/** A tenant's id from its text; the text has to be a GUID. */
export function tenantId(text: string): TenantId {
  if (!isGuid(text)) throw new RangeError(`not a tenant id: "${text}" (expected a GUID)`);
  return text as TenantId;
}

/** A subscription's id from its text; the text has to be a GUID. */
export function subscriptionId(text: string): SubscriptionId {
  if (!isGuid(text)) throw new RangeError(`not a subscription id: "${text}" (expected a GUID)`);
  return text as SubscriptionId;
}

/** Azure compares GUIDs, names and resource ids without regard to case. */
export function sameId(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
