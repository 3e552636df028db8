import { expect, test } from "vitest";
import { makePhoto } from "../../test/shapes";
import { clockOf, nameClock, readField, spanOf, toField } from "./moments";

const AT = (taken_at: string | null, taken_zone: number | null = null) => makePhoto(1, { taken_at, taken_zone });

test("a moment is shown on the clock of whoever took the photo", () => {
  expect(nameClock(clockOf(AT("2026-07-14T13:30:00Z", 120))!, "en-GB")).toBe("14 Jul 2026, 15:30");
  expect(nameClock(clockOf(AT("2026-07-14T13:30:00Z"))!, "en-GB")).toBe("14 Jul 2026, 13:30");
  expect(clockOf(AT(null))).toBeNull();
});

test("the first and the last of some photos are found whatever their zones, and those without a date do not count", () => {
  const photos = [AT("2026-07-14T13:30:00Z"), AT("2026-07-14T12:00:00Z", 120), AT(null)];
  expect(spanOf(photos)?.map((clock) => toField(clock))).toEqual(["2026-07-14T13:30", "2026-07-14T14:00"]);
  expect(spanOf([AT(null)])).toBeNull();
});

test("a field for a date gives back what it was given, and nothing while it is empty", () => {
  expect(toField(readField("2026-07-14T15:30")!)).toBe("2026-07-14T15:30");
  expect(readField("")).toBeNull();
});
