import type { Photo } from "../../api/types";
import { dayOf, nameDay } from "../dates";

export interface Tile {
  photo: Photo;
  /** Its place in the whole list, from 0. */
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Heading {
  label: string;
  top: number;
}

export interface Row {
  top: number;
  height: number;
  tiles: Tile[];
  heading: Heading | null;
}

export interface Look {
  width: number;
  /** The height rows aim at. */
  rowHeight: number;
  gap: number;
  headingHeight: number;
}

/** A panorama or a receipt must not squeeze its row into a ribbon; beyond these shapes a tile shows the middle part. */
const NARROWEST = 0.5;
const WIDEST = 2.8;
/** A last row may grow this much to fill the width; beyond, it stays left-aligned. */
const STRETCH = 1.35;

/** Justified rows, newest first, under one heading per day. */
export function layOut(photos: Photo[], look: Look): Row[] {
  const rows: Row[] = [];
  let top = 0;
  let start = 0;
  while (start < photos.length) {
    const first = photos[start]!.added_at;
    const day = dayOf(first);
    let end = start + 1;
    while (end < photos.length && dayOf(photos[end]!.added_at) === day) end++;
    rows.push({ top, height: look.headingHeight, tiles: [], heading: { label: nameDay(first), top } });
    top += look.headingHeight;
    while (start < end) {
      const { count, height } = breakRow(photos, start, end, look);
      rows.push(placeRow(photos, start, count, top, height, look));
      top += height + look.gap;
      start += count;
    }
  }
  return rows;
}

export function aspectOf({ width, height }: Photo): number {
  return Math.min(WIDEST, Math.max(NARROWEST, width && height ? width / height : 1));
}

/** How many photos the next row takes: as many as bring its height closest to the wish. */
function breakRow(photos: Photo[], start: number, end: number, look: Look): { count: number; height: number } {
  let aspects = 0;
  let before = Infinity;
  for (let count = 1; start + count <= end; count++) {
    aspects += aspectOf(photos[start + count - 1]!);
    const height = (look.width - look.gap * (count - 1)) / aspects;
    if (height <= look.rowHeight) {
      const shorter = look.rowHeight / height;
      const taller = before / look.rowHeight;
      return taller < shorter ? { count: count - 1, height: before } : { count, height };
    }
    before = height;
  }
  const height = before <= look.rowHeight * STRETCH ? before : look.rowHeight;
  return { count: end - start, height };
}

/** Whole pixels, and the last tile of a full row ends exactly at the edge. */
function placeRow(photos: Photo[], start: number, count: number, top: number, exact: number, look: Look): Row {
  const height = Math.round(exact);
  const tiles: Tile[] = [];
  let left = 0;
  for (let index = start; index < start + count; index++) {
    const photo = photos[index]!;
    const width = Math.min(look.width, Math.round(aspectOf(photo) * exact));
    tiles.push({ photo, index, left, top, width, height });
    left += width + look.gap;
  }
  const last = tiles.at(-1)!;
  const missing = look.width - (last.left + last.width);
  if (Math.abs(missing) <= count) last.width += missing;
  return { top, height, tiles, heading: null };
}

export function heightOf(rows: Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** The rows that touch the band between two heights. */
export function rowsBetween(rows: Row[], from: number, to: number): Row[] {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.top + rows[middle]!.height < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && rows[end]!.top <= to) end++;
  return rows.slice(low, end);
}

export function findTile(rows: Row[], id: string): Tile | null {
  for (const row of rows) for (const tile of row.tiles) if (tile.photo.id === id) return tile;
  return null;
}
