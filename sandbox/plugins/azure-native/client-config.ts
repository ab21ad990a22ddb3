import type { PropertyMap } from "../rpc/values.ts";
import type { ArmClient } from "./arm-client.ts";
import type { ProviderSettings } from "./settings.ts";

/** Who the provider is signed in as, read from the claims of its token; settings fill in what a token lacks. */
export async function clientConfig(arm: ArmClient, settings: ProviderSettings): Promise<PropertyMap> {
  const claims = tokenClaims((await arm.token()).token);
  return {
    clientId: claims("appid") ?? settings.clientId,
    objectId: claims("oid") ?? "",
    subscriptionId: settings.subscriptionId,
    tenantId: claims("tid") ?? settings.tenantId,
  };
}

function tokenClaims(token: string): (name: string) => string | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) throw new Error("parsing claims from access token: it is not a JSON Web Token");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  return (name) => {
    const claim: unknown = typeof claims === "object" && claims !== null ? Reflect.get(claims, name) : undefined;
    return typeof claim === "string" ? claim : undefined;
  };
}
