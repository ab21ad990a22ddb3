import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readKubeconfig } from "../../cluster-probe/kubeconfig";
import { failure } from "./run-error";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function kubeconfig(names: string[], current?: string, user: object = { token: "secret" }): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name) => ({ name, cluster: { server: `https://${name}.example.com` } })),
    users: names.map((name) => ({ name: `${name}-user`, user })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: `${name}-user`, namespace: "apps" } })),
    ...(current === undefined ? {} : { "current-context": current }),
  });
}

function written(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("which kubeconfig is read", () => {
  it("a relative path starts at the project's folder", () => {
    written("project/kube.yaml", kubeconfig(["one"], "one"));
    expect(readKubeconfig({ path: "kube.yaml" }, join(home, "project"), {}).context).toBe("one");
  });

  it("a leading ~ is the home folder", () => {
    written(".kube/other", kubeconfig(["one"], "one"));
    expect(readKubeconfig({ path: "~/.kube/other" }, "/", { HOME: home }).context).toBe("one");
  });

  it("without a path, the files of $KUBECONFIG together, of which the first wins and absent ones are passed over", () => {
    const first = written("a", kubeconfig(["one"], "one"));
    const second = written("b", kubeconfig(["two"], "two"));
    const environment = { HOME: home, KUBECONFIG: `${join(home, "absent")}:${first}:${second}` };
    expect(readKubeconfig({}, "/", environment).context).toBe("one");
    expect(readKubeconfig({ context: "two" }, "/", environment).context).toBe("two");
  });

  it("without $KUBECONFIG, ~/.kube/config", () => {
    written(".kube/config", kubeconfig(["one", "two"], "two"));
    expect(readKubeconfig({}, "/", { HOME: home }).context).toBe("two");
  });

  it("contents need no file", () => {
    expect(readKubeconfig({ contents: kubeconfig(["one"], "one") }, "/", {}).context).toBe("one");
  });
});

describe("what is kept of it", () => {
  it("the one context with its cluster and its user, and nothing else", () => {
    const { yaml } = readKubeconfig({ contents: kubeconfig(["one", "two"], "one"), context: "two" }, "/", {});
    expect(parse(yaml)).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "two", cluster: { server: "https://two.example.com" } }],
      users: [{ name: "two-user", user: { token: "secret" } }],
      contexts: [{ name: "two", context: { cluster: "two", user: "two-user", namespace: "apps" } }],
      "current-context": "two",
    });
  });

  it("certificates of files are embedded, as the kubeconfig then works on another machine", () => {
    written("kube/pki/client.crt", "CERTIFICATE");
    const user = { "client-certificate": "pki/client.crt", "client-key-data": "a2V5" };
    const path = written("kube/config", kubeconfig(["one"], "one", user));
    const { yaml } = readKubeconfig({ path }, "/", {});
    expect(parse(yaml).users[0].user).toEqual({
      "client-certificate-data": Buffer.from("CERTIFICATE").toString("base64"),
      "client-key-data": "a2V5",
    });
  });

  it("a sign-in program stays; one beside the kubeconfig is named in full", () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./bin/login", args: ["get-token"] };
    const path = written("kube/config", kubeconfig(["one"], "one", { exec }));
    const kept = parse(readKubeconfig({ path }, "/", {}).yaml).users[0].user.exec;
    expect(kept).toEqual({ ...exec, command: join(home, "kube/bin/login") });
    const onPath = written("kube/other", kubeconfig(["one"], "one", { exec: { ...exec, command: "aws" } }));
    expect(parse(readKubeconfig({ path: onPath }, "/", {}).yaml).users[0].user.exec.command).toBe("aws");
  });
});

describe("what is refused", () => {
  it("a file that is not there, with where it was looked for", () => {
    const text = failure(() => readKubeconfig({ path: "kube.yaml" }, "/project", {}));
    expect(text).toContain("/project/kube.yaml (cluster.kubeconfig.path)");
    expect(text).toContain("to do:");
  });

  it("a context that is not there, with those that are", () => {
    const text = failure(() =>
      readKubeconfig({ contents: kubeconfig(["one", "two"], "one"), context: "three" }, "/", {}),
    );
    expect(text).toMatch(/has no context three[\s\S]*contexts: {2}one, two[\s\S]*cluster\.kubeconfig\.context/);
  });

  it("no current context and none in config", () => {
    expect(failure(() => readKubeconfig({ contents: kubeconfig(["one"]) }, "/", {}))).toMatch(
      /no current context[\s\S]*contexts: {2}one/,
    );
  });

  it.each(["just a text", "a: [1", "clusters: 3"])(
    "%j, which is no kubeconfig, without showing what it is",
    (contents) => {
      const text = failure(() => readKubeconfig({ contents }, "/", {}));
      expect(text).toMatch(/The kubeconfig is not one[\s\S]*cluster\.kubeconfig\.contents/);
      expect(text).not.toContain("just a text");
    },
  );

  it("a certificate file that is not there", () => {
    const path = written("config", kubeconfig(["one"], "one", { "client-certificate": "gone.crt" }));
    expect(failure(() => readKubeconfig({ path }, "/", {}))).toMatch(/gone\.crt[\s\S]*--flatten/);
  });
});
