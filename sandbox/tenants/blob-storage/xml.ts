/** Text as it may stand between tags. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One element; nothing at all for a value that is absent. */
export function element(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? "" : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** What an answer of the Blob service begins with. */
export const xmlHead = '<?xml version="1.0" encoding="utf-8"?>';

/** What stands inside the first element of that name; "" when it is empty, undefined when it is not there. */
export function inside(xml: string, name: string): string | undefined {
  if (new RegExp(`<${name}\\s*/>`).test(xml)) return "";
  return new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
}

/** The text of the first element of that name. */
export function textOf(xml: string, name: string): string | undefined {
  const found = inside(xml, name);
  return found
    ?.replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
