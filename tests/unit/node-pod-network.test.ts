import { commandLineOf } from "../../sandbox/node/command-line.ts";
import { PodNetwork } from "../../sandbox/node/pod-network.ts";

describe("addresses of pods", () => {
  it("are all different while they are taken, and none ends in 0 or 255", () => {
    const network = new PodNetwork();
    const addresses = Array.from({ length: 1000 }, () => network.allocate());
    expect(new Set(addresses).size).toBe(1000);
    for (const address of addresses) expect(address).toMatch(/^10\.244\.\d{1,3}\.(?!0$|255$)\d{1,3}$/);
  });

  it("lead to the port of this machine that stands for a port, which is the same one unless said otherwise", () => {
    const network = new PodNetwork();
    const address = network.allocate();
    network.map(address, 9443, 40123);
    expect(network.find(address, 9443)).toEqual({ host: "127.0.0.1", port: 40123 });
    expect(network.find(address, 8080)).toEqual({ host: "127.0.0.1", port: 8080 });
    network.release(address);
    expect(network.find(address, 9443)).toBeUndefined();
    expect(network.find("10.0.0.1", 443)).toBeUndefined();
  });
});

describe("a program that is told its ports and mounts", () => {
  const image = {
    image: "example.com/server",
    command: ["/opt/server"],
    folders: { "/manager": "/opt/server" },
    ports: { 9443: (port: number) => [`--port=${port}`] },
    mounts: { "/certs": (folder: string) => [`--certificates=${folder}`] },
  };

  it("hears of them after all that its pod says", () => {
    const mounts = [{ mountPath: "/certs", hostPath: "/pods/1/certs" }];
    const container = { command: ["/manager"], args: ["--port=9443"] };
    expect(commandLineOf(container, image, {}, mounts, new Map([[9443, 40123]]))).toMatchObject({
      program: "/opt/server",
      args: ["--port=9443", "--port=40123", "--certificates=/pods/1/certs"],
    });
  });

  it("hears nothing of a port that has no other place, and of a folder that is not mounted", () => {
    expect(commandLineOf({}, image, {}, [])).toMatchObject({ program: "/opt/server", args: [] });
  });
});
