import fc from "fast-check";
import { expect, test } from "vitest";
import { ANA, makePhoto } from "../../test/shapes";
import { tileAfter } from "./arrows";
import { layOut, rowsBetween, type Look } from "./layout";
import { shiftBetween } from "./scroll";

const LOOK: Look = { width: 1200, rowHeight: 240, gap: 8, headingHeight: 60 };
const sizes = fc.array(
  fc.record({ width: fc.integer({ min: 1, max: 8000 }), height: fc.integer({ min: 1, max: 8000 }) }),
  {
    maxLength: 60,
  },
);
const photosOf = (list: { width: number; height: number }[]) => list.map((size, n) => makePhoto(n + 1, size));

test("every photo gets one place, inside the page, and no two overlap", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 280, max: 2600 }), (list, width) => {
      const rows = layOut(photosOf(list), { ...LOOK, width });
      const tiles = rows.flatMap((row) => row.tiles);
      expect(tiles.map(({ index }) => index)).toEqual(list.map((_, index) => index));
      for (const row of rows) {
        let edge = 0;
        for (const tile of row.tiles) {
          expect(tile.left).toBeGreaterThanOrEqual(edge);
          expect(tile.width).toBeGreaterThan(0);
          edge = tile.left + tile.width;
          expect(edge).toBeLessThanOrEqual(width);
        }
      }
    }),
  );
});

test("rows between two heights are found, and no other", () => {
  const rows = layOut(photosOf(Array.from({ length: 40 }, () => ({ width: 3, height: 2 }))), LOOK);
  const [second, third] = [rows[2]!, rows[3]!];
  expect(rowsBetween(rows, second.top + 1, third.top)).toEqual([second, third]);
});

test("photos of two days stand under two headings", () => {
  const photos = [
    makePhoto(2, { added_at: "2026-11-03T12:00:00Z" }),
    makePhoto(1, { added_at: "2026-11-01T12:00:00Z" }),
  ];
  expect(layOut(photos, LOOK).filter((row) => row.heading)).toHaveLength(2);
});

test("arrow keys go along the row and to the nearest tile above and below", () => {
  const rows = layOut(photosOf(Array.from({ length: 9 }, () => ({ width: 3, height: 2 }))), LOOK);
  const tiles = rows.flatMap((row) => row.tiles);
  const perRow = rows[1]!.tiles.length;
  expect(tileAfter("ArrowRight", tiles[0]!, rows)).toBe(tiles[1]);
  expect(tileAfter("ArrowDown", tiles[1]!, rows)).toBe(tiles[perRow + 1]);
  expect(tileAfter("ArrowUp", tiles[perRow]!, rows)).toBe(tiles[0]);
  expect(tileAfter("ArrowLeft", tiles[0]!, rows)).toBeNull();
  expect(tileAfter("End", tiles[0]!, rows)).toBe(tiles.at(-1));
  expect(tileAfter("a", tiles[0]!, rows)).toBeNull();
});

test("a photo added above moves the view along with what is looked at", () => {
  const photos = photosOf(Array.from({ length: 12 }, () => ({ width: 1, height: 1 })));
  const before = layOut(photos, LOOK);
  const after = layOut([makePhoto(99, { width: 1, height: 1 }), ...photos], LOOK);
  const lookedAt = before.at(-1)!;
  const shift = shiftBetween(before, after, lookedAt.top);
  const now = after.find((row) => row.tiles.some(({ photo }) => photo.id === lookedAt.tiles[0]!.photo.id))!;
  expect(lookedAt.top + shift).toBe(now.top);
});

test("what is being sent stands where its photo will, and the other tiles do not move when the photo takes its place", () => {
  const today = new Date().toISOString();
  const photos = photosOf(Array.from({ length: 5 }, () => ({ width: 3, height: 2 })));
  const here = photos.map((photo) => ({ ...photo, added_at: today }));
  const unseen = { thumbhash: null, preview: false, picture: null, isMine: false };
  const upload = { user: ANA, id: "1", progress: 0.5, width: 4032, height: 3024, ...unseen };
  const coming = layOut(here, LOOK, [upload]);
  const added = makePhoto(9, { added_at: today, width: 4032, height: 3024 });
  const arrived = layOut([added, ...here], LOOK);
  const { upload: _upload, ...berth } = coming.flatMap((row) => row.berths)[0]!;
  expect(arrived[1]!.tiles[0]).toMatchObject(berth);
  expect(coming.flatMap((row) => row.tiles).map(({ left, top }) => [left, top])).toEqual(
    arrived
      .flatMap((row) => row.tiles.slice(row.tiles[0]?.photo === added ? 1 : 0))
      .map(({ left, top }) => [left, top]),
  );
  expect(coming.flatMap((row) => row.tiles).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
});
