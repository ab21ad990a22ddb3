import type { BlobAccount } from "./accounts.ts";
import { newContainer } from "./accounts.ts";
import { blobErrors } from "./errors.ts";
import { element, inside, textOf, xmlHead } from "./xml.ts";

/** The container that a static website is served from. */
export const websiteContainer = "$web";

/** The properties of the service; only the static website is simulated, the rest says what a new account says. */
export function servicePropertiesXml({ website }: BlobAccount): string {
  const metrics =
    "<Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>";
  return [
    xmlHead,
    "<StorageServiceProperties>",
    "<Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>",
    `<HourMetrics>${metrics}</HourMetrics><MinuteMetrics>${metrics}</MinuteMetrics>`,
    "<Cors /><DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>",
    "<StaticWebsite>",
    element("Enabled", website.enabled),
    element("IndexDocument", website.indexDocument),
    element("ErrorDocument404Path", website.errorDocument404Path),
    "</StaticWebsite></StorageServiceProperties>",
  ].join("");
}

/** Takes the static website's settings; a part that a request leaves out stays as it is. Turning it on makes `$web`. */
export function setServiceProperties(account: BlobAccount, xml: string): void {
  const properties = inside(xml, "StorageServiceProperties");
  if (properties === undefined) throw blobErrors.invalidXml();
  const website = inside(properties, "StaticWebsite");
  if (website === undefined) return;
  const enabled = textOf(website, "Enabled") === "true";
  if (enabled && !["StorageV2", "BlockBlobStorage"].includes(account.kind)) {
    throw blobErrors.featureNotSupported(account.kind);
  }
  const indexDocument = textOf(website, "IndexDocument");
  const errorDocument404Path = textOf(website, "ErrorDocument404Path");
  account.website = {
    enabled,
    ...(indexDocument ? { indexDocument } : {}),
    ...(errorDocument404Path ? { errorDocument404Path } : {}),
  };
  if (enabled && !account.containers.has(websiteContainer)) account.containers.set(websiteContainer, newContainer());
}

/** The containers of an account, as List Containers answers them. */
export function containersXml(account: BlobAccount, endpoint: string, prefix: string): string {
  const containers = [...account.containers]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    xmlHead,
    `<EnumerationResults ServiceEndpoint="${endpoint}/">`,
    prefix === "" ? "" : element("Prefix", prefix),
    "<Containers>",
    ...containers.map(
      ([name, { modified, etag, publicAccess }]) =>
        `<Container>${element("Name", name)}<Properties>${element("Last-Modified", modified.toUTCString())}${element("Etag", etag)}<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>${element("PublicAccess", publicAccess)}</Properties></Container>`,
    ),
    "</Containers><NextMarker /></EnumerationResults>",
  ].join("");
}
