import { type Clock, delayBefore, GaveUp, patienceOf, type RefusedAttempt, tryUntil } from "../../app/patience.ts";

const healing = () => Object.assign(new Error("AADSTS700213: No matching record"), { statusCode: 400 });
const lasting = () => Object.assign(new Error("AADSTS7002138: differs in case"), { statusCode: 400 });

/** A clock that jumps ahead in place of sleeping. */
function jumpingClock(): Clock & { slept: number[] } {
  // A fraction, as performance.now() gives: timers refuse one.
  let time = 0.25;
  const slept: number[] = [];
  return {
    slept,
    now: () => {
      time += 0.0001;
      return time;
    },
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
    random: () => 0,
  };
}

async function attempts(outcomes: (Error | string)[], boundMs: number) {
  const clock = jumpingClock();
  const refused: RefusedAttempt[] = [];
  let calls = 0;
  const attempt = async () => {
    const outcome = outcomes[Math.min(calls, outcomes.length - 1)];
    calls += 1;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const end = await tryUntil(
    attempt,
    patienceOf(boundMs),
    (one) => {
      refused.push(one);
    },
    clock,
    new AbortController().signal,
  ).catch((error: unknown) => error);
  return { end, refused, clock, calls };
}

describe("the patience of the app", () => {
  it("returns the first result with the number of attempts", async () => {
    const { end, clock } = await attempts([healing(), healing(), "quota"], 60_000);
    expect(end).toEqual({ result: "quota", attempts: 3, elapsedMs: expect.closeTo(3_000, 0) });
    expect(clock.slept).toEqual([1_000, 2_000]);
  });

  it("doubles the pause from one second to fifteen", async () => {
    const { clock } = await attempts([healing()], 60_001);
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("never waits beyond its bound", async () => {
    const { end, clock } = await attempts([healing()], 600_000);
    expect(end).toBeInstanceOf(GaveUp);
    expect(clock.now()).toBeLessThanOrEqual(600_001);
    expect(clock.now()).toBeGreaterThan(585_000);
  });

  it("tells of the last refusal as one without a next attempt", async () => {
    const { refused } = await attempts([healing()], 3_001);
    expect(refused.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 1_000],
      [2, 2_000],
      [3, undefined],
    ]);
  });

  it("does not wait for what time does not heal", async () => {
    const { end, calls, clock } = await attempts([healing(), lasting()], 600_000);
    expect(end).toMatchObject({ last: { refusal: { code: "AADSTS7002138" } } });
    expect(calls).toBe(2);
    expect(clock.slept).toEqual([1_000]);
  });

  it("tries exactly once with no patience", async () => {
    const { calls } = await attempts([healing()], 0);
    expect(calls).toBe(1);
  });

  it("ends at once when it is stopped in the middle of an attempt that hangs", async () => {
    const stop = new AbortController();
    const hanging = tryUntil(
      () => new Promise(() => {}),
      patienceOf(600_000),
      () => {},
      jumpingClock(),
      stop.signal,
    );
    stop.abort("SIGTERM");
    await expect(hanging).rejects.toBe("SIGTERM");
  });

  it("shortens a pause by a quarter at most", () => {
    expect(delayBefore(2, patienceOf(1), 0)).toBe(1_000);
    expect(delayBefore(2, patienceOf(1), 1)).toBe(750);
    expect(delayBefore(2_000, patienceOf(1), 0.5)).toBe(13_125);
  });
});
