import { expect, test } from "vitest";
import { paceAt } from "./sweep";

test("near its edges the page moves, the nearer the faster, and not in the middle", () => {
  const pace = (y: number) => paceAt(y, 800);
  expect([pace(400), pace(96), pace(704)]).toEqual([0, 0, 0]);
  expect(pace(40)).toBeLessThan(pace(80));
  expect(pace(80)).toBeLessThan(0);
  expect(pace(760)).toBeGreaterThan(pace(720));
  expect(pace(720)).toBeGreaterThan(0);
  expect([pace(-50), pace(850)]).toEqual([pace(0), pace(800)]);
});
