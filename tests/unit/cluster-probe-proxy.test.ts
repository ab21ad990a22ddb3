import { environmentProxy } from "../../cluster-probe/environment-proxy";

const HTTPS_PROXY = "http://proxy.example.com:3128";
const server = "https://api.k8s.example.com:6443";

describe("the proxy of the environment", () => {
  it.each([
    [{ HTTPS_PROXY }, HTTPS_PROXY],
    [{ https_proxy: HTTPS_PROXY }, HTTPS_PROXY],
    [{ HTTPS_PROXY: "proxy.example.com:3128" }, HTTPS_PROXY],
    [{ HTTP_PROXY: HTTPS_PROXY }, undefined],
    [{}, undefined],
  ])("%j: %s", (environment, proxy) => expect(environmentProxy(server, environment)).toBe(proxy));

  it("an address of http has its own", () => {
    expect(environmentProxy("http://api.example.com", { HTTPS_PROXY })).toBeUndefined();
    expect(environmentProxy("http://api.example.com", { HTTP_PROXY: HTTPS_PROXY })).toBe(HTTPS_PROXY);
  });

  it.each(["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"])(
    "%s is this machine, which no proxy reaches",
    (own) => expect(environmentProxy(own, { HTTPS_PROXY })).toBeUndefined(),
  );

  it.each([
    [server, "*"],
    [server, "api.k8s.example.com"],
    [server, "example.com"],
    [server, ".example.com"],
    [server, "*.example.com"],
    [server, "other.com, Example.com"],
    [server, "example.com:6443"],
    ["https://10.1.2.3:6443", "10.1.2.3"],
    ["https://10.1.2.3:6443", "10.0.0.0/8"],
    ["https://[fd00::1]:6443", "fd00::/8"],
  ])("%s is not sent to it with NO_PROXY=%s", (address, NO_PROXY) =>
    expect(environmentProxy(address, { HTTPS_PROXY, NO_PROXY })).toBeUndefined(),
  );

  it.each([
    [server, "k8s.example.org"],
    [server, "s.example.com"],
    [server, ".api.k8s.example.com"],
    [server, "example.com:443"],
    ["https://10.1.2.3:6443", "192.168.0.0/16"],
    ["https://10.1.2.3:6443", "1.2.3"],
    [server, ""],
  ])("%s is sent to it with NO_PROXY=%s", (address, NO_PROXY) =>
    expect(environmentProxy(address, { HTTPS_PROXY, NO_PROXY })).toBe(HTTPS_PROXY),
  );
});
