import { commandLineOf } from "../../sandbox/node/command-line.ts";
import { findImageCommand, type ImageCommand, imageCommandsOf, notRunnableMessage } from "../../sandbox/node/images.ts";

describe("which program an image runs as", () => {
  it.each([
    "cross-tenant-identity-app",
    "ghcr.io/example/cross-tenant-identity-app:0.1.0",
    "localhost:5000/cross-tenant-identity-app",
    `registry.example.com/a/b/cross-tenant-identity-app@sha256:${"0".repeat(64)}`,
  ])("is the project's app for %s", (image) => {
    const found = findImageCommand(image, imageCommandsOf([]));
    expect(found?.command).toEqual([process.execPath, expect.stringMatching(/\/app\/main\.ts$/)]);
  });

  it.each(["nginx:1.29", "example.com/not-cross-tenant-identity-app", "cross-tenant-identity-app/other"])(
    "is unknown for %s",
    (image) => {
      expect(findImageCommand(image, imageCommandsOf([]))).toBeUndefined();
    },
  );

  it.each([
    ["tool", "example.com/x/tool:2", true],
    ["example.com/x/tool", "example.com/x/tool:2", true],
    ["example.com/x/tool", "example.com/y/tool:2", false],
    ["tool:2", "tool:2", true],
    ["tool:2", "tool:3", false],
  ])("compares the setting %s with the image %s", (setting, image, matches) => {
    expect(findImageCommand(image, imageCommandsOf([`${setting}=/bin/true`])) !== undefined).toBe(matches);
  });

  it("can be set as words or as a JSON array, and a setting wins over the app's own command", () => {
    expect(imageCommandsOf(["a=/bin/echo x  y"])[0]?.command).toEqual(["/bin/echo", "x", "y"]);
    expect(imageCommandsOf(['a=["/bin/echo","x y"]'])[0]?.command).toEqual(["/bin/echo", "x y"]);
    const overridden = imageCommandsOf(["cross-tenant-identity-app=/bin/true"]);
    expect(findImageCommand("cross-tenant-identity-app", overridden)?.command).toEqual(["/bin/true"]);
  });

  it.each(["nonsense", "=x", "a=", "a=[1]", "a=[broken"])("is refused when the setting is %j", (setting) => {
    expect(() => imageCommandsOf([setting])).toThrow(
      `The image setting ${JSON.stringify(setting)} is not of the form IMAGE=COMMAND. Write for example`,
    );
  });

  it("is explained when there is none: what, why, and what to do", () => {
    expect(notRunnableMessage("nginx:1")).toMatch(
      /^Image "nginx:1" cannot run here: .*no container runtime.*--image "IMAGE=COMMAND"\.$/,
    );
  });
});

describe("what a container runs", () => {
  const image: ImageCommand = {
    image: "app",
    command: ["/usr/bin/node", "/src/app/main.ts"],
    workingDirectory: "/src/app",
    folders: { "/app": "/src/app" },
  };
  const mounts = [{ mountPath: "/config", hostPath: "/state/config" }];

  it("is the image's command with the container's arguments", () => {
    expect(commandLineOf({ args: ["--once", "$(REGION)"] }, image, { REGION: "eastus" }, mounts)).toEqual({
      program: "/usr/bin/node",
      args: ["/src/app/main.ts", "--once", "eastus"],
      workingDirectory: "/src/app",
    });
  });

  it("is the container's own command in the place of the image's, with paths of the image found on this machine", () => {
    const container = { command: ["node", "/app/main.ts"], args: ["/config/a.json"], workingDir: "/app/sub" };
    expect(commandLineOf(container, image, {}, mounts)).toEqual({
      program: "node",
      args: ["/src/app/main.ts", "/state/config/a.json"],
      workingDirectory: "/src/app/sub",
    });
  });
});
