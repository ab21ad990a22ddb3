import { about, clock, createProgress, onCores } from "../../setup/progress.mjs";

const collect = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, stream: { isTTY, columns: 80, write: (text: string) => written.push(text) } };
};

describe("progress of a build", () => {
  it("is one line at the start and one at the end where lines cannot be refreshed", async () => {
    const { written, stream } = collect(false);
    let time = 0;
    const progress = createProgress({ stream, now: () => time });
    await progress.step("[1/7] build pulumi", 170, async () => {
      time = 125_000;
    });
    expect(written).toEqual(["… [1/7] build pulumi (about 3 min)\n", "✓ [1/7] build pulumi 2:05\n"]);
  });

  it("says how long it has run, every now and then", async () => {
    const { written, stream } = collect(false);
    let time = 0;
    const progress = createProgress({ stream, everyMs: 5, now: () => time });
    await progress.step("build kine", 65, async () => {
      time = 15_000;
      while (written.length < 2) await new Promise(setImmediate);
    });
    expect(written[1]).toBe("… build kine 0:15 of about 1 min\n");
  });

  it("leaves no finished line behind when the work fails", async () => {
    const { written, stream } = collect(false);
    const failing = createProgress({ stream }).step("build kine", 65, async () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(written.join("")).not.toContain("✓");
  });

  it("clears its line on a terminal before anything else is written", async () => {
    const { written, stream } = collect(true);
    createProgress({ stream }).say("Another set-up is working");
    expect(written).toEqual(["\r\u001b[K", "Another set-up is working\n"]);
  });
});

describe("durations", () => {
  it.each([
    [5, "0:05"],
    [65.9, "1:05"],
    [600, "10:00"],
  ])("%s seconds are %s", (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });

  it.each([
    [12, "about 10 s"],
    [65, "about 1 min"],
    [235, "about 4 min"],
  ])("%s seconds are %s in words", (seconds, text) => {
    expect(about(seconds)).toBe(text);
  });

  it("are shorter on more cores, and longer on one", () => {
    expect(onCores(100, 2)).toBe(100);
    expect(onCores(100, 8)).toBeLessThan(50);
    expect(onCores(100, 1)).toBeGreaterThan(150);
  });
});
