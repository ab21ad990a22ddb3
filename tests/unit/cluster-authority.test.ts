import { X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { parse } from "yaml";
import { createAuthority } from "../../sandbox/cluster/authority.ts";
import { kubeconfigYaml } from "../../sandbox/cluster/kubeconfig.ts";
import { freePort, isFree, onFreePort, PortTaken } from "../../sandbox/cluster/loopback.ts";

describe("a cluster's authority", () => {
  it("issues server certificates for the loopback address", async () => {
    const authority = await createAuthority("aks-ca");
    const issued = await authority.issue({
      commonName: "kube-apiserver",
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      server: true,
    });
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  it("issues client certificates whose organizations become groups", async () => {
    const authority = await createAuthority("aks-ca");
    const issued = await authority.issue({
      commonName: "system:node:n",
      organizations: ["system:nodes"],
      client: true,
    });
    expect(new X509Certificate(issued.certificate).subject.split("\n")).toEqual(["CN=system:node:n", "O=system:nodes"]);
  });
});

describe("a kubeconfig", () => {
  const parts = { name: "aks-wi-demo", user: "clusterAdmin", server: "https://127.0.0.1:6443", authority: "CA" };

  it("embeds everything and starts no program", () => {
    const config = parse(kubeconfigYaml({ ...parts, identity: { token: "t" } }));
    expect(config["current-context"]).toBe("aks-wi-demo");
    expect(config.clusters[0].cluster).toEqual({ server: parts.server, "certificate-authority-data": "Q0E=" });
    expect(config.users).toEqual([{ name: "clusterAdmin", user: { token: "t" } }]);
  });

  it("takes a client certificate in place of a token", () => {
    const config = parse(kubeconfigYaml({ ...parts, identity: { certificate: "C", key: "K" } }));
    expect(config.users[0].user).toEqual({ "client-certificate-data": "Qw==", "client-key-data": "Sw==" });
  });
});

describe("a free port", () => {
  it("is looked for again when another program took it in between", async () => {
    const tried: number[] = [];
    const port = await onFreePort(async (candidate) => {
      tried.push(candidate);
      if (tried.length < 3) throw new PortTaken("taken");
      return candidate;
    });
    expect([tried.length, port]).toEqual([3, tried[2]]);
  });

  it("is not looked for again after another failure", async () => {
    let tries = 0;
    const start = async () => {
      tries += 1;
      throw new Error("no such file");
    };
    await expect(onFreePort(start)).rejects.toThrow("no such file");
    expect(tries).toBe(1);
  });

  it("is told from one that is taken", async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree(port)).toBe(true);
  });
});
