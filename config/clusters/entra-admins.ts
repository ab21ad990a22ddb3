import { z } from "zod";
import { documented } from "../documentation";
import { guid } from "../formats";

/** Who may do what in a cluster that Entra ID signs its users in to: the keys of AKS and of AKS Arc. */
export const entraAdmins = {
  adminGroupObjectIds: documented(
    z.array(guid({ means: "a group's object id", example: "99999999-0000-4000-8000-000000000009" })).min(1, "is empty"),
    {
      means: "groups of tenant A whose members are cluster admins",
      expected: "a list of object ids (GUIDs), one at least",
      example: ["99999999-0000-4000-8000-000000000009"],
    },
  ),
  azureRbac: documented(z.boolean(), {
    means: "let Azure roles say who may do what in the cluster",
    expected: "true or false",
    example: true,
  }).default(false),
};
