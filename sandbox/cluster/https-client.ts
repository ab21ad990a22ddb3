import { request } from "node:https";

export interface HttpsAnswer {
  status: number;
  body: string;
}

export interface HttpsCall {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One HTTPS request on loopback, trusting only `authority` (PEM). No proxy, no kept connection, five seconds at most. */
export function httpsCall(url: string, authority: string, call: HttpsCall = {}): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: call.method ?? "GET", ca: authority, agent: false, timeout: 5000, headers: call.headers ?? {} },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${url} did not answer within 5 s.`)));
    sent.on("error", reject);
    sent.end(call.body);
  });
}

/** GET with a bearer token. */
export function httpsGet(url: string, authority: string, token: string): Promise<HttpsAnswer> {
  return httpsCall(url, authority, { headers: { authorization: `Bearer ${token}` } });
}
