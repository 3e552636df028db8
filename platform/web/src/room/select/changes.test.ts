import { expect, test } from "vitest";
import { makePhoto } from "../../test/shapes";
import { waysBack } from "./changes";

const JULY = "2026-07-14T13:30:00Z";
const [ONE, TWO, THREE] = [
  makePhoto(1, { caption: "Dawn", taken_at: JULY }),
  makePhoto(2, { caption: "", taken_at: null }),
  makePhoto(3, { caption: "Dawn", taken_at: JULY }),
] as const;

test("a shift is undone by one shift the other way", () => {
  expect(waysBack([ONE, TWO], { shift_minutes: 90 })).toEqual([[{ shift_minutes: -90 }, [ONE, TWO]]]);
});

test("a caption is undone by what each photo said before, in as few changes as there were captions", () => {
  expect(waysBack([ONE, TWO, THREE], { caption: "New" })).toEqual([
    [{ caption: "Dawn" }, [ONE, THREE]],
    [{ caption: "" }, [TWO]],
  ]);
});

test("a date is undone by the date each photo had, and by none where there was none", () => {
  expect(waysBack([ONE, TWO], { taken_at: "2026-01-01T00:00" })).toEqual([
    [{ taken_at: JULY }, [ONE]],
    [{ taken_at: null }, [TWO]],
  ]);
});
