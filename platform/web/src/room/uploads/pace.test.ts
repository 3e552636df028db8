import fc from "fast-check";
import { expect, test } from "vitest";
import { Pace, sayTimeLeft } from "./pace";

test("a steady flow has its own rate, however the packets fall", () => {
  const steps = fc.array(fc.integer({ min: 5, max: 400 }), { minLength: 40, maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10_000 }), (gaps, perMillisecond) => {
      const pace = new Pace();
      let at = 0;
      pace.note(0, at);
      for (const gap of gaps) pace.note((at += gap) * perMillisecond, at);
      fc.pre(at > 1_000);
      expect(pace.rate(at) / (perMillisecond * 1_000)).toBeCloseTo(1, 6);
    }),
  );
});

test("a new network shows within seconds, and a line that stands still soon says so", () => {
  const pace = new Pace();
  for (let second = 0; second <= 30; second++) pace.note(second * 1_000, second * 1_000);
  for (let second = 1; second <= 11; second++) pace.note(30_000 + second * 9_000, 30_000 + second * 1_000);
  expect(pace.rate(41_000)).toBeGreaterThan(8_000);
  expect(pace.rate(141_000)).toBeLessThan(1_000);
});

test("nothing is claimed before it can be known, nor after a new beginning", () => {
  const pace = new Pace();
  pace.note(0, 0);
  pace.note(500_000, 400);
  expect(pace.rate(400)).toBe(0);
  pace.note(1_000_000, 2_000);
  expect(pace.rate(2_000)).toBe(500_000);
  pace.note(10, 2_500);
  expect(pace.rate(2_600)).toBe(0);
});

test.each([
  [5, "a few seconds left"],
  [30, "less than a minute left"],
  [70, "about a minute left"],
  [130, "about 2 minutes left"],
  [59 * 60, "about 59 minutes left"],
  [62 * 60, "about an hour left"],
  [5 * 3600, "about 5 hours left"],
  [80 * 3600, "more than a day left"],
])("%i seconds are told in words", (seconds, words) => {
  expect(sayTimeLeft(seconds * 1_000, 1_000)).toBe(words);
  expect(sayTimeLeft(seconds, 0)).toBe("");
});
