import { createHash, timingSafeEqual } from "node:crypto";
import type { ServicePrincipal } from "./directory.ts";
import { refusals } from "./errors.ts";

/** Refuses a secret that is not one of the application's. */
export function checkClientSecret(principal: ServicePrincipal, secret: string): void {
  const presented = digest(secret);
  if (!principal.secrets.some((known) => timingSafeEqual(digest(known), presented))) {
    throw refusals.wrongSecret(principal.clientId);
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
