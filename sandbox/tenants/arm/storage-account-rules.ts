import { recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";

/** Name rule of storage accounts; the service's own words. */
export function checkAccountName(name: string): void {
  if (isAccountName(name)) return;
  throw new ArmError(400, "AccountNameInvalid", invalidName(name));
}

export function isAccountName(name: string): boolean {
  return /^[a-z0-9]{3,24}$/.test(name);
}

export function invalidName(name: string): string {
  return `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`;
}

const kinds = ["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"];
const skus = [
  ...["Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Premium_LRS", "Premium_ZRS"],
  ...["Standard_GZRS", "Standard_RAGZRS"],
];

/** Refuses a body without a kind or a SKU, or with one that does not exist. */
export function checkAccountBody(body: Record<string, unknown>): void {
  const invalid = (parameter: string) =>
    new ArmError(
      400,
      "InvalidValuesForRequestParameters",
      `Values for request parameters are invalid: ${parameter}. For more information, see - https://aka.ms/storageaccountcreate`,
    );
  if (!skus.includes(String(recordAt(body, "sku").name))) throw invalid("sku.name");
  if (!kinds.includes(String(body.kind))) throw invalid("kind");
}

/** What an account keeps for life. */
export function checkAccountUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  const after = recordAt(wanted, "properties").isHnsEnabled;
  const before = recordAt(current, "properties").isHnsEnabled ?? false;
  if (after === undefined || after === before) return;
  throw new ArmError(
    409,
    "PropertyImmutable",
    "The property 'isHnsEnabled' was specified in the input, but it cannot be updated.",
  );
}
