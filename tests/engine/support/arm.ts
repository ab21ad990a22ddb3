import { readFileSync } from "node:fs";
import { request } from "node:https";
import { cloudOf } from "../../../federation/clouds";
import type { SandboxSession } from "../../../sandbox/session/session.ts";

export interface ArmAnswer {
  status: number;
  body: unknown;
}

/**
 * One request to the simulated Resource Manager as the deployer of a tenant, on the sandbox's own address. It is how tests
 * change things behind Pulumi's back and look at what is really there.
 */
export async function armRequest(
  session: SandboxSession,
  tenantKey: string,
  method: string,
  path: string,
  apiVersion: string,
  body?: unknown,
): Promise<ArmAnswer> {
  const token = await deployerToken(session, tenantKey);
  const separator = path.includes("?") ? "&" : "?";
  return send(session, method, `${path}${separator}api-version=${apiVersion}`, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function deployerToken(session: SandboxSession, tenantKey: string): Promise<string> {
  const tenant = session.tenants.find(({ key }) => key === tenantKey);
  if (tenant === undefined) throw new Error(`There is no tenant ${tenantKey}.`);
  const answer = await send(session, "POST", `/${tenant.tenantId}/oauth2/v2.0/token`, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: tenant.deployer.clientId,
      client_secret: tenant.deployer.clientSecret,
      scope: `${cloudOf(tenant.environment).resourceManager}/.default`,
    }).toString(),
  });
  if (answer.status !== 200)
    throw new Error(`No token for the deployer of ${tenantKey}: ${JSON.stringify(answer.body)}`);
  return (answer.body as { access_token: string }).access_token;
}

function send(
  session: SandboxSession,
  method: string,
  path: string,
  content: { headers: Record<string, string>; body?: string },
): Promise<ArmAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, session.cloud),
      { method, ca: readFileSync(session.caFile), headers: content.headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(content.body);
  });
}
