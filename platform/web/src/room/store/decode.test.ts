import { expect, test } from "vitest";
import { makePhoto } from "../../test/shapes";
import { readIndex } from "./decode";
import { momentOf } from "./order";
import { ASPECTS, ratioOf } from "./ratio";

test("ids, shapes and moments of an index are read as the server wrote them", () => {
  const index = readIndex({
    seq: 7,
    sort: "added",
    total: 2,
    // 019ab6f2-3c5d-7e8f-9a0b-ffffffffffff and 00000000-0000-7000-8000-000000000001
    ids: "AZq28jxdfo-aC________w" + "AAAAAAAAcACAAAAAAAAAAQ",
    ratios: btoa(String.fromCharCode(128, 168)),
    moments: [29_000_000, -15],
    users: {},
  });
  expect(index.ids).toEqual(["019ab6f2-3c5d-7e8f-9a0b-ffffffffffff", "00000000-0000-7000-8000-000000000001"]);
  expect([...index.ratios].map((ratio) => ASPECTS[ratio])).toEqual([1, 2]);
  expect([...index.moments, index.seq, index.end]).toEqual([29_000_000, 28_999_985, 7, null]);
});

test("a photo has the shape and the moment that the index says", () => {
  expect([ratioOf({ width: 400, height: 200 }), ratioOf({ width: null, height: null })]).toEqual([168, 128]);
  const photo = makePhoto(1, { taken_at: "2026-07-01T22:30:00Z", taken_zone: 120 });
  expect(momentOf(photo, "taken")).toBe(Date.UTC(2026, 6, 2, 0, 30) / 60_000);
  expect(momentOf(makePhoto(1), "taken")).toBe(momentOf(makePhoto(1), "added"));
});
