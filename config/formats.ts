import { isIP } from "node:net";
import { z } from "zod";
import { guidPattern } from "../federation/ids";
import { issuerFault, issuerUrl, unreachableIssuer } from "../federation/issuer";
import { documented, type KeyDocumentation } from "./documentation";

/** Building blocks: the formats that Azure and Kubernetes give to names and ids. */

export function guid(text: KeyDocumentation) {
  return documented(z.string().regex(guidPattern, "is not a GUID"), { expected: "a GUID", ...text });
}

export function pattern(expression: RegExp, fault: string, text: KeyDocumentation) {
  return documented(z.string().regex(expression, fault), text);
}

export function nonEmpty(text: KeyDocumentation) {
  return documented(z.string().regex(/\S/, "is empty"), { expected: "a text that is not empty", ...text });
}

/** RFC 1123 label: what Kubernetes asks of a namespace and of a container's name. */
export function dnsLabel(text: KeyDocumentation, maxLength = 63) {
  return documented(
    z
      .string()
      .max(maxLength, `is longer than the ${maxLength} characters that Kubernetes allows here`)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "is not a name that Kubernetes accepts (RFC 1123 label)"),
    { expected: `1–${maxLength} of a–z, 0–9 and -, first and last a letter or digit`, ...text },
  );
}

/** RFC 1123 subdomain: what Kubernetes asks of a service account's name. */
export function dnsSubdomain(text: KeyDocumentation) {
  return documented(
    z
      .string()
      .max(253, "is longer than the 253 characters that Kubernetes allows")
      .regex(
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
        "is not a name that Kubernetes accepts (RFC 1123 subdomain)",
      ),
    { expected: "1–253 of a–z, 0–9, - and ., each part first and last a letter or digit", ...text },
  );
}

/** Azure's rule for resource groups (Microsoft Learn, "Naming rules and restrictions for Azure resources"). */
export function resourceGroupName(text: KeyDocumentation) {
  return documented(
    z
      .string()
      .max(90, "is longer than the 90 characters that Azure allows")
      .regex(/^[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u, "is not a name that Azure accepts for a resource group"),
    { expected: "1–90 letters, digits, _, -, (, ) and ., not a . at the end", example: "rg-wi-demo", ...text },
  );
}

export function issuer(text: KeyDocumentation) {
  const schema = z.string().superRefine((value, context) => {
    const fault = issuerFault(value);
    if (fault !== undefined) {
      const advice =
        "copy it from the cluster: kubectl get --raw /.well-known/openid-configuration shows it as `issuer`";
      context.addIssue({ code: "custom", message: `cannot be used by Entra ID: ${fault}`, params: { advice } });
      return;
    }
    const unreachable = unreachableIssuer(value);
    if (unreachable === undefined) return;
    const { fault: message, advice } = unreachable;
    context.addIssue({ code: "custom", message: `cannot be used by Entra ID: it ${message}`, params: { advice } });
  });
  return documented(schema, {
    expected:
      "the issuer letter by letter as the cluster reports it: https, no query, with the slash at its end where it has one",
    example: "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f…/",
    ...text,
  }).transform(issuerUrl);
}

export function ipAddress(text: KeyDocumentation) {
  const schema = z.string().refine((value) => isIP(value) === 4, "is not an IPv4 address");
  return documented(schema, { expected: "an IPv4 address", ...text });
}

/** A range of addresses in CIDR notation. */
export function cidr(text: KeyDocumentation) {
  const schema = z.string().refine((value) => {
    const [address = "", prefix = "", ...rest] = value.split("/");
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
  }, "is not a range of addresses");
  return documented(schema, { expected: "ADDRESS/BITS", ...text });
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number, text: KeyDocumentation) {
  return documented(z.int().min(min).max(max), { expected: `a whole number from ${min} to ${max}`, ...text });
}

/** YAML reads `true` and `1` as what they look like; a tag or a variable is text all the same. */
export const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export function tags(text: KeyDocumentation) {
  return documented(
    z.record(
      documented(z.string().min(1, "is empty"), { means: "name of a tag", expected: "a name that is not empty" }),
      scalarText,
    ),
    { expected: "names and values of tags", ...text },
  );
}
