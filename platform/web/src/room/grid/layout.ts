import type { Photo } from "../../api/types";
import { dayOf, nameDay } from "../dates";
import type { Incoming } from "../uploads/incoming";

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Tile extends Box {
  photo: Photo;
  /** Its place in the whole list, from 0. */
  index: number;
}

/** A place kept for a photo that is still being sent. */
export interface Berth extends Box {
  upload: Incoming;
}

export interface Heading {
  label: string;
  top: number;
}

export interface Row {
  top: number;
  height: number;
  tiles: Tile[];
  berths: Berth[];
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

/** Justified rows, newest first, under one heading per day. What is being sent stands where its photo will: at the head of today. */
export function layOut(photos: Photo[], look: Look, incoming: Incoming[] = []): Row[] {
  const now = new Date().toISOString();
  const all: Item[] = [
    ...incoming.map((upload) => ({ upload, aspect: aspectOf(upload), at: now })),
    ...photos.map((photo, index) => ({ photo, index, aspect: aspectOf(photo), at: photo.added_at })),
  ];
  const rows: Row[] = [];
  let top = 0;
  let start = 0;
  while (start < all.length) {
    const first = all[start]!.at;
    const day = dayOf(first);
    let end = start + 1;
    while (end < all.length && dayOf(all[end]!.at) === day) end++;
    const heading = { label: nameDay(first), top };
    rows.push({ top, height: look.headingHeight, tiles: [], berths: [], heading });
    top += look.headingHeight;
    while (start < end) {
      const { count, height } = breakRow(all, start, end, look);
      rows.push(placeRow(all.slice(start, start + count), top, height, look));
      top += height + look.gap;
      start += count;
    }
  }
  return rows;
}

type Item = { aspect: number; at: string } & ({ photo: Photo; index: number } | { upload: Incoming });

export function aspectOf({ width, height }: { width: number | null; height: number | null }): number {
  return Math.min(WIDEST, Math.max(NARROWEST, width && height ? width / height : 1));
}

/** How many photos the next row takes: as many as bring its height closest to the wish. */
function breakRow(items: Item[], start: number, end: number, look: Look): { count: number; height: number } {
  let aspects = 0;
  let before = Infinity;
  for (let count = 1; start + count <= end; count++) {
    aspects += items[start + count - 1]!.aspect;
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
function placeRow(items: Item[], top: number, exact: number, look: Look): Row {
  const row: Row = { top, height: Math.round(exact), tiles: [], berths: [], heading: null };
  let left = 0;
  items.forEach((item, place) => {
    let width = Math.min(look.width, Math.round(item.aspect * exact));
    const missing = look.width - (left + width);
    if (place === items.length - 1 && Math.abs(missing) <= items.length) width += missing;
    const box = { left, top, width, height: row.height };
    if ("photo" in item) row.tiles.push({ photo: item.photo, index: item.index, ...box });
    else row.berths.push({ upload: item.upload, ...box });
    left += width + look.gap;
  });
  return row;
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
