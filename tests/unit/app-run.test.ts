import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import type { Clock } from "../../app/patience.ts";
import { run } from "../../app/run.ts";

const TENANT = "bbbbbbbb-0000-4000-8000-00000000000b";
const CLIENT = "cccccccc-1111-4111-8111-11111111111b";
const SUBSCRIPTION = "bbbbbbbb-1111-4111-8111-11111111111b";
const SUBJECT = "system:serviceaccount:default:wi-demo-account";
const ISSUER = "https://eastus.oic.prod-aks.azure.com/a/b/";

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const assertion = `${base64url({ alg: "RS256" })}.${base64url({ iss: ISSUER, sub: SUBJECT, aud: ["api://AzureADTokenExchange"], exp: 1_900_000_000 })}.c2lnbmF0dXJl`;

const limit = { id: "/q/cores", name: "cores", properties: { limit: { value: 20 }, unknownToTheClient: 1 }, type: "T" };
const usage = { id: "/u/cores", name: "cores", properties: { usages: {} }, type: "U" };

type Answer = { status: number; body: unknown };
const ok = (body: unknown): Answer => ({ status: 200, body });
const token = ok({ token_type: "Bearer", expires_in: 3600, access_token: "access-token" });
const refusedBy = (code: string): Answer => ({
  status: 400,
  body: {
    error: "invalid_client",
    error_description: `AADSTS${code}: refused. Trace ID: t`,
    error_codes: [Number(code)],
  },
});
const armRefusal = (status: number, code: string): Answer => ({
  status,
  body: { error: { code, message: "no role" } },
});

let directory: string;
let tokenFile: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "app-run-"));
  tokenFile = join(directory, "azure-identity-token");
  writeFileSync(tokenFile, assertion);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The two services behind a transport; each answer of a list is given once, the last one for ever. */
function azure(answers: { token?: Answer[]; limit?: Answer[] } = {}) {
  const asked: { url: string; body: string }[] = [];
  const next = (list: Answer[] | undefined, usual: Answer) =>
    (list && list.length > 1 ? list.shift() : list?.[0]) ?? usual;
  const answer = (url: string): Answer => {
    if (url.includes("/openid-configuration")) {
      const base = `${new URL(url).origin}/${TENANT}`;
      return ok({
        issuer: `${base}/v2.0`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
      });
    }
    if (url.includes("/oauth2/v2.0/token")) return next(answers.token, token);
    if (url.includes("/quotas/")) return next(answers.limit, ok(limit));
    if (url.includes("/usages/")) return ok(usage);
    throw new Error(`nobody expected a request to ${url}`);
  };
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      asked.push({ url: request.url, body: String(request.body ?? "") });
      const { status, body } = answer(request.url);
      const headers = createHttpHeaders({ "content-type": "application/json" });
      return { request, status, headers, bodyAsText: JSON.stringify(body) };
    },
  };
  return { httpClient, asked };
}

async function runApp(
  args: string[],
  cloud: { httpClient: HttpClient },
  env: Record<string, string> = {},
  onSleep: (ms: number, stop: AbortController) => void = () => {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  let time = 0;
  const clock: Clock = {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
      onSleep(ms, stop);
      stop.signal.throwIfAborted();
    },
    random: () => 0,
  };
  const code = await run(args, {
    env: {
      AZURE_SUBSCRIPTION_ID: SUBSCRIPTION,
      AZURE_REGION: "eastus",
      AZURE_RESOURCE_NAME: "cores",
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: CLIENT,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
      ...env,
    },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
    stop: stop.signal,
    clock,
    transport: cloud,
  });
  return { code, out, err };
}

describe("the app, with Microsoft's own clients on a transport of the test", () => {
  it("prints limit and usage as Resource Manager wrote them and ends with 0 when asked to read once", async () => {
    const cloud = azure();
    const { code, out } = await runApp(["--once"], cloud);
    expect(code).toBe(0);
    expect(out).toEqual([`limit: ${JSON.stringify(limit)}`, `usage: ${JSON.stringify(usage)}`]);
    const scope = `https://management.azure.com/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/locations/eastus`;
    expect(cloud.asked.some(({ url }) => url.startsWith(`${scope}/providers/Microsoft.Quota/quotas/cores?`))).toBe(
      true,
    );
  });

  it("presents the projected token to the tenant that it was told, and no secret", async () => {
    const cloud = azure();
    await runApp(["--once"], cloud);
    const request = cloud.asked.find(({ url }) => url.includes("/oauth2/v2.0/token"));
    expect(request?.url).toContain(`https://login.microsoftonline.com/${TENANT}/`);
    const form = new URLSearchParams(request?.body);
    expect(form.get("client_assertion")).toBe(assertion);
    expect(form.get("client_id")).toBe(CLIENT);
    expect(form.has("client_secret")).toBe(false);
  });

  it.each([
    ["https://login.microsoftonline.us/", "https://login.microsoftonline.us", "https://management.usgovcloudapi.net"],
    // MSAL goes to the cloud's preferred name.
    [
      "https://login.chinacloudapi.cn/",
      "https://login.partner.microsoftonline.cn",
      "https://management.chinacloudapi.cn",
    ],
  ])("stays in the cloud whose authority the webhook injected: %s", async (injected, signIn, resourceManager) => {
    const cloud = azure();
    const { code, err } = await runApp(["--once"], cloud, { AZURE_AUTHORITY_HOST: injected });
    expect(code).toBe(0);
    const hosts = new Set(cloud.asked.map(({ url }) => new URL(url).origin));
    expect([...hosts].filter((host) => ![signIn, resourceManager, injected.slice(0, -1)].includes(host))).toEqual([]);
    const request = cloud.asked.find(({ url }) => url.includes("/oauth2/v2.0/token"));
    expect(new URLSearchParams(request?.body).get("scope")).toContain(`${resourceManager}/.default`);
    expect(err[0]).toContain(`resourceManager=${resourceManager}`);
  });

  it("stops before any request when the authority is of no cloud", async () => {
    const cloud = azure();
    const { code, err } = await runApp(["--once"], cloud, { AZURE_AUTHORITY_HOST: "https://login.example.org/" });
    expect(code).toBe(2);
    expect(err.join("\n")).toContain("event=setting name=AZURE_AUTHORITY_HOST");
    expect(cloud.asked).toEqual([]);
  });

  it("reports the first refusal in full with the token's claims, the same again in silence, and the end of it", async () => {
    const { code, err } = await runApp(["--once"], azure({ token: [refusedBy("700213"), refusedBy("700213"), token] }));
    expect(code).toBe(0);
    expect(err).toHaveLength(3);
    expect(err[1]).toContain("level=warn event=refused code=AADSTS700213");
    expect(err[1]).toContain(
      `iss=${ISSUER} sub=${SUBJECT} aud=api://AzureADTokenExchange exp=2030-03-17T17:46:40.000Z`,
    );
    expect(err[2]).toContain('event=accepted attempts=3 after="3.0 s"');
  });

  it("reports a cause that has changed", async () => {
    const cloud = azure({
      token: [refusedBy("700211"), token],
      limit: [armRefusal(403, "AuthorizationFailed"), armRefusal(404, "MissingSubscriptionRegistration"), ok(limit)],
    });
    const { err } = await runApp(["--once"], cloud);
    const codes = err.map((line) => / code=(\w+)/.exec(line)?.[1]).filter(Boolean);
    expect(codes).toEqual(["AADSTS700211", "AuthorizationFailed", "MissingSubscriptionRegistration"]);
  });

  it("gives up with 1 when the bound is reached, and says so", async () => {
    const { code, out, err } = await runApp(["--once"], azure({ token: [refusedBy("700213")] }), {
      APP_RETRY_SECONDS: "7",
    });
    expect(code).toBe(1);
    expect(out).toEqual([]);
    expect(err.at(-1)).toContain("level=error event=refused code=AADSTS700213");
    expect(err.at(-1)).toContain('gaveUp="after 4 attempts in 7.0 s (APP_RETRY_SECONDS)"');
  });

  it("gives up at once on a refusal that waiting does not mend", async () => {
    const cloud = azure({ token: [refusedBy("700016")] });
    const { code, err } = await runApp(["--once"], cloud);
    expect(code).toBe(1);
    expect(err.at(-1)).toContain('gaveUp="waiting does not mend this"');
    expect(cloud.asked.filter(({ url }) => url.includes("/oauth2/v2.0/token"))).toHaveLength(1);
  });

  it("tells an untrusted certificate from a service that is out of reach, although the sign-in library does not", async () => {
    const failing = (code: string): { httpClient: HttpClient } => ({
      httpClient: { sendRequest: () => Promise.reject(Object.assign(new Error("text"), { name: "RestError", code })) },
    });
    const untrusted = await runApp(["--once"], failing("SELF_SIGNED_CERT_IN_CHAIN"));
    expect(untrusted.err.at(-1)).toContain("code=SELF_SIGNED_CERT_IN_CHAIN");
    expect(untrusted.err.at(-1)).toContain('gaveUp="waiting does not mend this"');
    const unreachable = await runApp(["--once"], failing("ECONNREFUSED"), { APP_RETRY_SECONDS: "3" });
    expect(unreachable.err.at(-1)).toContain("code=ECONNREFUSED");
    expect(unreachable.err.at(-1)).toContain('gaveUp="after 3 attempts');
  });

  it("keeps running, reads again after the interval, and ends with 0 when it is told to stop", async () => {
    const slept: number[] = [];
    const { code, out, err } = await runApp([], azure(), { APP_INTERVAL_SECONDS: "60" }, (ms, stop) => {
      slept.push(ms);
      if (slept.length === 2) stop.abort("SIGTERM");
    });
    expect(code).toBe(0);
    expect(out).toHaveLength(4);
    expect(slept).toEqual([60_000, 60_000]);
    expect(err.at(-1)).toContain("event=stop reason=SIGTERM");
  });

  it("ends with 1 when a later read stays refused, so that the restart policy shows it", async () => {
    const cloud = azure({ limit: [ok(limit), armRefusal(403, "AuthorizationFailed")] });
    const { code, out, err } = await runApp([], cloud, { APP_RETRY_SECONDS: "3" });
    expect(code).toBe(1);
    expect(out).toHaveLength(2);
    expect(err.at(-1)).toContain("code=AuthorizationFailed");
  });

  it("does not let a Job that was stopped pass for a finished one", async () => {
    const { code } = await runApp(["--once"], azure({ token: [refusedBy("700213")] }), {}, (_ms, stop) =>
      stop.abort("SIGTERM"),
    );
    expect(code).toBe(143);
  });

  it("never writes the token", async () => {
    const { out, err } = await runApp(["--once"], azure({ token: [refusedBy("700213"), refusedBy("7002138")] }));
    const written = [...out, ...err].join("\n");
    for (const part of assertion.split(".")) expect(written).not.toContain(part);
  });

  it("writes every message on one line", async () => {
    const { err } = await runApp(["--once"], azure({ token: [refusedBy("700016")] }));
    for (const line of err) expect(line).toMatch(/^time=\S+ level=(info|warn|error) event=[^\n]+$/);
  });

  it("lists all settings problems, sends nothing and ends with 2", async () => {
    const cloud = azure();
    const { code, err } = await runApp([], cloud, { AZURE_REGION: "", AZURE_RESOURCE_NAME: "" });
    expect(code).toBe(2);
    expect(err).toHaveLength(2);
    expect(cloud.asked).toEqual([]);
  });

  it.each([[["--onec"]], [["once"]]])("answers %j with its usage", async (args) => {
    const { code, err } = await runApp(args, azure());
    expect(code).toBe(2);
    expect(err.join("\n")).toContain("usage: node main.ts [--once]");
  });

  it("prints its usage when asked for help", async () => {
    const { code, out } = await runApp(["--help"], azure());
    expect(code).toBe(0);
    expect(out[0]).toContain("AZURE_RESOURCE_NAME");
  });
});
