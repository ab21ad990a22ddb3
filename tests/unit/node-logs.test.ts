import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContainerLogs } from "../../sandbox/node/container-log.ts";
import { logQuery } from "../../sandbox/node/log-server.ts";

describe("the log of a container", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "container-log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("keeps whole lines, of both streams, in the order in which they were completed", () => {
    const log = new ContainerLogs(directory).next();
    log.append("stdout", "one\ntw");
    log.append("stderr", "problem\n");
    log.append("stdout", "o\nrest");
    log.close();
    expect(log.read({})).toBe("one\nproblem\ntwo\nrest\n");
  });

  it("shows the last lines, and times where they are asked for", () => {
    const log = new ContainerLogs(directory).next();
    log.append("stdout", "one\ntwo\nthree\n");
    expect(log.read({ tailLines: 2 })).toBe("two\nthree\n");
    expect(log.read({ tailLines: 0 })).toBe("");
    expect(log.read({ limitBytes: 5 })).toBe("one\nt");
    expect(log.read({ timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z three\n$/);
    expect(log.read({ since: new Date(Date.now() + 60_000) })).toBe("");
    log.close();
  });

  it("can be followed until the run ends", () => {
    const log = new ContainerLogs(directory).next();
    const seen: string[] = [];
    log.append("stdout", "before\n");
    log.follow(
      {},
      (text) => seen.push(text),
      () => seen.push("(end)"),
    );
    log.append("stdout", "after\n");
    log.close();
    expect(seen).toEqual(["before\n", "after\n", "(end)"]);
  });

  it("is kept for the run before, and no longer", () => {
    const logs = new ContainerLogs(directory);
    for (const text of ["first\n", "second\n", "third\n"]) {
      const log = logs.next();
      log.append("stdout", text);
      log.close();
    }
    expect([logs.previous?.read({}), logs.current?.read({})]).toEqual(["second\n", "third\n"]);
  });
});

describe("the parameters of a log request", () => {
  it("are read as the kubelet reads them", () => {
    expect(logQuery(new URLSearchParams("tailLines=5&timestamps=true&limitBytes=10"))).toEqual({
      tailLines: 5,
      timestamps: true,
      limitBytes: 10,
    });
    const before = Date.now();
    const { since } = logQuery(new URLSearchParams("sinceSeconds=60"));
    expect(Number(since)).toBeGreaterThanOrEqual(before - 60_000);
    expect(Number(since)).toBeLessThanOrEqual(Date.now() - 60_000);
  });
});
