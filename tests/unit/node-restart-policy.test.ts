import {
  durationText,
  initRestartPolicy,
  kubeletBackOff,
  restartDelay,
  restartPolicyOf,
  shouldRestart,
} from "../../sandbox/node/restart-policy.ts";
import { renewalDelay } from "../../sandbox/node/token-volume.ts";

describe("the restart policy", () => {
  it.each([
    ["Always", 0, true],
    ["Always", 1, true],
    ["OnFailure", 0, false],
    ["OnFailure", 1, true],
    ["Never", 0, false],
    ["Never", 1, false],
  ] as const)("%s restarts a container that ended with %i: %s", (policy, exitCode, expected) => {
    expect(shouldRestart(policy, exitCode)).toBe(expected);
  });

  it("is Always where the pod names none", () => {
    expect(restartPolicyOf(undefined)).toBe("Always");
  });

  it("asks an init container to succeed once", () => {
    expect(initRestartPolicy("Always")).toBe("OnFailure");
    expect(initRestartPolicy("Never")).toBe("Never");
  });
});

describe("the back-off of a failing container", () => {
  it("is none, then 10 s, doubled up to 5 minutes", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((ends) => restartDelay(ends, kubeletBackOff) / 1000);
    expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    [200, "200ms"],
    [10_000, "10s"],
    [80_000, "1m20s"],
    [300_000, "5m0s"],
  ])("of %i ms is written %s", (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe("the renewal of a token", () => {
  const issued = new Date("2026-01-01T00:00:00Z");
  const after = (seconds: number) => new Date(issued.getTime() + seconds * 1000);

  it.each([
    [3600, 2880],
    [600, 480],
    [30 * 86_400, 86_400],
    [0, 0],
  ])("of %i s of life comes after %i s", (life, expected) => {
    expect(renewalDelay(issued, after(life)) / 1000).toBe(expected);
  });
});
