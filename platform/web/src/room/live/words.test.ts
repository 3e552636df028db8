import { describe, expect, test } from "vitest";
import { waitBefore, waitForRestart } from "./backoff";
import { announceStatus, sayStatus } from "./words";

const calm = { missing: 0, waiting: 0, mayChange: true };

describe("the chip", () => {
  test.each([
    [{ ...calm, status: "connecting" }, "Connecting…"],
    [{ ...calm, status: "live" }, "Live"],
    [{ ...calm, status: "catching-up", missing: 37 }, "Catching up 37"],
    [{ ...calm, status: "catching-up" }, "Catching up…"],
    [{ ...calm, status: "reconnecting" }, "Reconnecting…"],
    [{ ...calm, status: "reconnecting", waiting: 2 }, "Reconnecting: 2 changes wait"],
    [{ ...calm, status: "offline" }, "Offline: your changes wait"],
    [{ ...calm, status: "offline", waiting: 1 }, "Offline: 1 change waits"],
    [{ ...calm, status: "offline", waiting: 3 }, "Offline: 3 changes wait"],
    [{ ...calm, status: "offline", mayChange: false }, "Offline"],
    [{ ...calm, status: "live", waiting: 1 }, "Live: 1 change waits"],
  ] as const)("says of %o: %s", (situation, words) => {
    expect(sayStatus(situation)).toBe(words);
  });

  test("does not read out numbers that run down", () => {
    expect(announceStatus({ ...calm, status: "catching-up", missing: 37 })).toBe("Catching up…");
    expect(announceStatus({ ...calm, status: "offline", waiting: 2 })).toBe("Offline: 2 changes wait");
  });
});

describe("waits", () => {
  test("double from half a second to twenty, and are spread over their upper half", () => {
    const spans = [0, 1, 2, 5, 9, 50].map((attempt) => [waitBefore(attempt, () => 0), waitBefore(attempt, () => 1)]);
    expect(spans).toEqual([
      [250, 500],
      [500, 1_000],
      [1_000, 2_000],
      [8_000, 16_000],
      [10_000, 20_000],
      [10_000, 20_000],
    ]);
  });

  test("after a restart are spread evenly over nearly three seconds", () => {
    expect([0, 0.5, 1].map((random) => waitForRestart(() => random))).toEqual([200, 1_600, 3_000]);
  });
});
