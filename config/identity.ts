import { z } from "zod";
import { nearestFew } from "../federation/nearest";
import { builtInRoles, roleGuid } from "../federation/roles";
import { scopeFault } from "../federation/scope";
import { documented } from "./documentation";
import { dnsLabel, dnsSubdomain, issuer, pattern, resourceGroupName } from "./formats";

const trustSchema = z.strictObject({
  namespace: dnsLabel({ means: "namespace of a trusted service account", example: "default" }),
  serviceAccount: dnsSubdomain({ means: "name of a trusted service account", example: "wi-demo-account" }),
  issuer: issuer({ means: "its cluster's issuer; without it, every cluster that this stack has or names" }).optional(),
});

const scopeSchema = documented(
  z.string().superRefine((value, context) => {
    const fault = scopeFault(value);
    if (fault !== undefined) context.addIssue({ code: "custom", message: `is not a scope: ${fault}` });
  }),
  {
    means: "where the role holds",
    expected: "`subscription`, `resourceGroup` (the identity's own) or the full id of a resource",
    example: "subscription",
  },
);

const roleNameSchema = documented(
  z.string().superRefine((value, context) => {
    if (roleGuid(value) !== undefined) return;
    const near = nearestFew(value, Object.keys(builtInRoles), 3).map((name) => `\`${name}\``);
    const advice =
      near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : `look its id up: az role definition list --name "${value}" --query "[].name"`;
    context.addIssue({ code: "custom", message: "is not a built-in role that is known here", params: { advice } });
  }),
  {
    means: "what the identity may do",
    expected: "a built-in role's name, or the GUID or full id of any role",
    example: "Reader",
  },
);

const roleSchema = z.strictObject({ role: roleNameSchema, scope: scopeSchema });

export const identitySchema = z.strictObject({
  name: pattern(/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/, "is not a name that Azure accepts for a managed identity", {
    means: "the identity's name",
    expected: "3–128 letters, digits, - and _, first a letter or digit",
    example: "mi-wi-demo",
  }),
  kind: documented(z.enum(["userAssigned"]), {
    means: "a user-assigned managed identity",
    example: "userAssigned",
  }),
  resourceGroup: resourceGroupName({ means: "its resource group, made by the stack (once, when several name it)" }),
  trusts: documented(z.array(trustSchema), { means: "the service accounts that may become this identity" }).default([]),
  roles: documented(z.array(roleSchema), { means: "what it may do, and where" }).default([]),
});

export type Trust = z.output<typeof trustSchema>;
export type Role = z.output<typeof roleSchema>;
export type Identity = z.output<typeof identitySchema>;
