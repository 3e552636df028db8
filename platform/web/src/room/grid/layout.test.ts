import fc from "fast-check";
import { expect, test } from "vitest";
import { ANA, makePhoto } from "../../test/shapes";
import type { Photo } from "../../api/types";
import { columnsOf } from "../store/columns";
import type { Sort } from "../store/order";
import type { Incoming } from "../uploads/incoming";
import { tileAfter } from "./arrows";
import { Layout, type Look } from "./layout";
import { monthAt, monthsOf, yearsOf } from "./marks";
import { shiftBetween } from "./scroll";

const LOOK: Look = { width: 1200, rowHeight: 240, gap: 8, headingHeight: 60, dividerHeight: 50 };
const sizes = fc.array(
  fc.record({ width: fc.integer({ min: 1, max: 8000 }), height: fc.integer({ min: 1, max: 8000 }) }),
  { maxLength: 60 },
);
const photosOf = (list: { width: number; height: number }[]) => list.map((size, n) => makePhoto(n + 1, size));
const many = (count: number) => photosOf(Array.from({ length: count }, () => ({ width: 3, height: 2 })));

interface More {
  look?: Partial<Look>;
  incoming?: Incoming[];
  seenFrom?: number | null;
  sort?: Sort;
}

function layOut(photos: Photo[], { look, incoming = [], seenFrom = null, sort = "added" }: More = {}): Layout {
  const now = Date.UTC(2026, 10, 20, 12);
  return new Layout({ columns: columnsOf(photos, sort), sort, incoming, seenFrom }, { ...LOOK, ...look }, now);
}

const tilesOf = (layout: Layout) => layout.rows.flatMap((row) => layout.tilesOf(row));

test("every photo gets one place, inside the page, and no two overlap", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 280, max: 2600 }), (list, width) => {
      const layout = layOut(photosOf(list), { look: { width } });
      expect(tilesOf(layout).map(({ index }) => index)).toEqual(list.map((_, index) => index));
      let bottom = 0;
      for (const row of layout.rows) {
        expect(row.top).toBeGreaterThanOrEqual(bottom);
        bottom = row.top + row.height;
        let edge = 0;
        for (const tile of layout.tilesOf(row)) {
          expect(tile.left).toBeGreaterThanOrEqual(edge);
          expect(tile.width).toBeGreaterThan(0);
          edge = tile.left + tile.width;
          expect(edge).toBeLessThanOrEqual(width);
        }
      }
      expect(layout.height).toBeGreaterThanOrEqual(bottom);
    }),
  );
});

test("a photo is found by its number", () => {
  const layout = layOut(many(40));
  for (const tile of tilesOf(layout)) expect(layout.tileAt(tile.index)).toEqual(tile);
  expect([layout.tileAt(-1), layout.tileAt(40)]).toEqual([null, null]);
});

test("rows between two heights are found, and no other", () => {
  const layout = layOut(many(40));
  const [second, third] = [layout.rows[2]!, layout.rows[3]!];
  expect(layout.between(second.top + 1, third.top)).toEqual([second, third]);
});

test("photos of two days stand under two headings", () => {
  const photos = [
    makePhoto(2, { added_at: "2026-11-03T12:00:00Z" }),
    makePhoto(1, { added_at: "2026-11-01T12:00:00Z" }),
  ];
  expect(layOut(photos).rows.filter(({ kind }) => kind === "heading")).toHaveLength(2);
});

test("by when they were taken, photos of one day by the camera's own clock stand under one heading", () => {
  const taken = (n: number, taken_at: string, taken_zone: number) => makePhoto(n, { taken_at, taken_zone });
  const photos = [taken(2, "2026-11-03T22:30:00Z", 60), taken(1, "2026-11-02T23:30:00Z", 60)];
  expect(layOut(photos, { sort: "taken" }).rows.filter(({ kind }) => kind === "heading")).toHaveLength(1);
});

test("the divider parts what is new from what was seen, within a day and between days", () => {
  const within = layOut(many(9), { seenFrom: 4 });
  const kinds = within.rows.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "divider")).toHaveLength(1);
  const at = within.rows.findIndex(({ kind }) => kind === "divider");
  expect(within.tilesOf(within.rows[at - 1]!).at(-1)!.index).toBe(3);
  expect(within.tilesOf(within.rows[at + 1]!)[0]!.index).toBe(4);
  const days = [makePhoto(2, { added_at: "2026-11-03T12:00:00Z" }), makePhoto(1)];
  expect(layOut(days, { seenFrom: 1 }).rows.map(({ kind }) => kind)).toEqual([
    "heading",
    "photos",
    "divider",
    "heading",
    "photos",
  ]);
});

test("arrow keys go along the row and to the nearest tile above and below", () => {
  const layout = layOut(many(9));
  const tiles = tilesOf(layout);
  const perRow = layout.tilesOf(layout.rows[1]!).length;
  expect(tileAfter("ArrowRight", tiles[0]!, layout)).toEqual(tiles[1]);
  expect(tileAfter("ArrowDown", tiles[1]!, layout)).toEqual(tiles[perRow + 1]);
  expect(tileAfter("ArrowUp", tiles[perRow]!, layout)).toEqual(tiles[0]);
  expect(tileAfter("ArrowLeft", tiles[0]!, layout)).toBeNull();
  expect(tileAfter("End", tiles[0]!, layout)).toEqual(tiles.at(-1));
  expect(tileAfter("a", tiles[0]!, layout)).toBeNull();
});

test("a photo added above moves the view along with what is looked at, also when that photo itself went away", () => {
  const photos = photosOf(Array.from({ length: 12 }, () => ({ width: 1, height: 1 })));
  const before = layOut(photos);
  const lookedAt = before.rows.at(-1)!;
  const [first, second] = before.tilesOf(lookedAt);
  for (const gone of [undefined, first!.id]) {
    const kept = photos.filter(({ id }) => id !== gone);
    const after = layOut([makePhoto(99, { width: 1, height: 1 }), ...kept]);
    const shift = shiftBetween(before, after, lookedAt.top);
    const now = tilesOf(after).find(({ id }) => id === (gone ? second!.id : first!.id))!;
    expect(lookedAt.top + shift).toBe(now.top);
  }
});

test("what is being sent stands where its photo will, and the other tiles do not move when the photo takes its place", () => {
  const today = new Date(Date.UTC(2026, 10, 20, 11)).toISOString();
  const here = many(5).map((photo) => ({ ...photo, added_at: today }));
  const unseen = { thumbhash: null, preview: false, picture: null, isMine: false };
  const upload = { user: ANA, id: "1", progress: 0.5, width: 4032, height: 3024, ...unseen };
  const coming = layOut(here, { incoming: [upload] });
  const added = makePhoto(9, { added_at: today, width: 4032, height: 3024 });
  const arrived = layOut([added, ...here]);
  const { upload: _upload, ...berth } = coming.rows.flatMap((row) => coming.berthsOf(row))[0]!;
  expect(tilesOf(arrived)[0]).toMatchObject(berth);
  const places = (layout: Layout) =>
    tilesOf(layout)
      .filter(({ id }) => id !== added.id)
      .map(({ left, top }) => [left, top]);
  expect(places(coming)).toEqual(places(arrived));
  expect(tilesOf(coming).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
});

test("months are found by height, and names of years keep their distance", () => {
  const at = ["2026-11-01", "2026-10-03", "2026-10-02", "2025-05-01", "2024-05-01"];
  const photos = at.map((day, n) => makePhoto(9 - n, { added_at: `${day}T12:00:00Z` }));
  const layout = layOut(photos);
  const months = monthsOf(layout);
  expect(months.map(({ date }) => date.getMonth())).toEqual([10, 9, 4, 4]);
  expect(monthAt(months, 0)).toBe(0);
  expect(monthAt(months, months[2]!.top)).toBe(2);
  expect(yearsOf(months, layout.height, 0).map(({ year }) => year)).toEqual(["2026", "2025", "2024"]);
  expect(yearsOf(months, layout.height, 1).map(({ year }) => year)).toEqual(["2026"]);
});

test("each of twenty thousand photos gets a place", () => {
  const photos = columnsOf(many(100), "added");
  const all = Array.from({ length: 20_000 }, (_, at) => at);
  const columns = {
    ids: all.map((at) => `p${at}`),
    ratios: Uint8Array.from(all, (at) => photos.ratios[at % 100]! + (at % 40)),
    moments: Int32Array.from(all, (at) => photos.moments[0]! - at * 30),
  };
  const layout = new Layout({ columns, sort: "added", incoming: [], seenFrom: null }, LOOK);
  expect(
    layout.rows.filter(({ kind }) => kind === "photos").reduce((sum, { start, end }) => sum + end - start, 0),
  ).toBe(20_000);
});
