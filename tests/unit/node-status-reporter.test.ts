import type { V1PodStatus } from "@kubernetes/client-node";
import { matchesSelector } from "../../sandbox/node/node-selector.ts";
import { StatusReporter } from "../../sandbox/node/status-reporter.ts";

describe("reporting a pod's status", () => {
  it("sends the newest one after the one that is on its way, and none in between", async () => {
    let phase = "Pending";
    const sent: (string | undefined)[] = [];
    const reporter = new StatusReporter(
      () => ({ phase }),
      async (status: V1PodStatus) => void sent.push(status.phase),
      () => undefined,
    );
    const first = reporter.report();
    for (phase of ["Running", "Failed"]) void reporter.report();
    await first;
    expect(sent).toEqual(["Pending", "Failed"]);
  });

  it("sends nothing when nothing changed", async () => {
    let count = 0;
    const reporter = new StatusReporter(
      () => ({ phase: "Running" }),
      async () => {
        count += 1;
      },
      () => undefined,
    );
    await reporter.report();
    await reporter.report();
    expect(count).toBe(1);
  });

  it("tries again when the API server does not take it", async () => {
    const failures: unknown[] = [];
    let count = 0;
    const send = async () => {
      count += 1;
      if (count === 1) throw new Error("busy");
    };
    await new StatusReporter(
      () => ({ phase: "Running" }),
      send,
      (error) => failures.push(error),
    ).report();
    expect([count, failures.length]).toEqual([2, 1]);
  });
});

describe("a node selector", () => {
  it.each([
    [undefined, true],
    [{}, true],
    [{ "kubernetes.io/os": "linux" }, true],
    [{ "kubernetes.io/os": "windows" }, false],
    [{ "kubernetes.io/os": "linux", disk: "ssd" }, false],
  ])("%j matches a Linux node: %s", (selector, expected) => {
    expect(matchesSelector(selector, { "kubernetes.io/os": "linux" })).toBe(expected);
  });
});
