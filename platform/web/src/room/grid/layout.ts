import { boundsOfDay } from "../dates";
import type { Columns } from "../store/columns";
import type { Sort } from "../store/order";
import { ASPECTS, ratioOf } from "../store/ratio";
import type { Incoming } from "../uploads/incoming";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Tile extends Box {
  id: string;
  /** Its place in the whole list, from 0. */
  index: number;
}

/** A place kept for a photo that is still being sent. */
export interface Berth extends Box {
  upload: Incoming;
}

/** A heading, the divider above what was seen before, or a row of photos. */
export interface Row {
  kind: "heading" | "divider" | "photos";
  top: number;
  height: number;
  /** A moment of its day. */
  moment: number;
  /** The items in it, what is being sent included, and the height they would have exactly. */
  start: number;
  end: number;
  exact: number;
  boxes?: Box[];
}

export interface Look {
  width: number;
  /** The height rows aim at. */
  rowHeight: number;
  gap: number;
  headingHeight: number;
  dividerHeight: number;
}

/** What is to be laid out: what is being sent stands at the head of today, the divider before photo number `seenFrom`. */
export interface Content {
  columns: Columns;
  sort: Sort;
  incoming: Incoming[];
  seenFrom: number | null;
}

/** A panorama or a receipt must not squeeze its row into a ribbon; beyond these shapes a tile shows the middle part. */
const NARROWEST = 0.5;
const WIDEST = 2.8;
/** A last row may grow this much to fill the width; beyond, it stays left-aligned. */
const STRETCH = 1.35;

const SHAPES = ASPECTS.map((aspect) => Math.min(WIDEST, Math.max(NARROWEST, aspect)));

/**
 * Justified rows, newest first, under one heading per day: the exact place of every photo of the room. Rows are made for
 * all, which takes a few milliseconds for 20 000 photos; boxes only for those that are looked at.
 */
export class Layout {
  readonly rows: Row[] = [];
  height = 0;
  private readonly aspects: Float64Array;
  private readonly moments: Float64Array;

  constructor(
    readonly content: Content,
    readonly look: Look,
    now = Date.now(),
  ) {
    const { columns, incoming, sort } = content;
    const count = incoming.length + columns.ids.length;
    this.aspects = new Float64Array(count);
    this.moments = new Float64Array(count);
    incoming.forEach((upload, item) => this.put(item, ratioOf(upload), boundsOfDay(localMinute(now, sort), sort)[0]));
    for (let index = 0; index < columns.ids.length; index++) {
      this.put(incoming.length + index, columns.ratios[index]!, columns.moments[index]!);
    }
    this.layOut(count, sort);
  }

  /** The rows that touch the band between two heights. */
  between(from: number, to: number): Row[] {
    const first = this.find((row) => row.top + row.height >= from);
    let end = first;
    while (end < this.rows.length && this.rows[end]!.top <= to) end++;
    return this.rows.slice(first, end);
  }

  tilesOf(row: Row): Tile[] {
    const { incoming, columns } = this.content;
    return this.boxesOf(row).flatMap((box, place) => {
      const index = row.start + place - incoming.length;
      return index < 0 ? [] : { ...box, index, id: columns.ids[index]! };
    });
  }

  berthsOf(row: Row): Berth[] {
    const { incoming } = this.content;
    if (row.start >= incoming.length) return [];
    return this.boxesOf(row).flatMap((box, place) => {
      const upload = incoming[row.start + place];
      return upload ? { ...box, upload } : [];
    });
  }

  /** The photos under this heading. */
  idsOfDay(heading: Row): string[] {
    const { incoming, columns } = this.content;
    let next = this.find(({ top }) => top > heading.top);
    while (next < this.rows.length && this.rows[next]!.kind !== "heading") next++;
    const end = this.rows[next]?.start ?? incoming.length + columns.ids.length;
    return columns.ids.slice(Math.max(0, heading.start - incoming.length), Math.max(0, end - incoming.length));
  }

  /** The row that photo number `index` is in. */
  rowOf(index: number): Row | undefined {
    const item = index + this.content.incoming.length;
    return this.rows[this.find((row) => row.end > item)];
  }

  tileAt(index: number): Tile | null {
    const row = index >= 0 && index < this.content.columns.ids.length ? this.rowOf(index) : undefined;
    return row ? (this.tilesOf(row).find((tile) => tile.index === index) ?? null) : null;
  }

  /** The number of the first row for which this is true; it must be true for all rows after it. */
  find(isReached: (row: Row) => boolean): number {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isReached(this.rows[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private put(item: number, ratio: number, moment: number): void {
    this.aspects[item] = SHAPES[ratio]!;
    this.moments[item] = moment;
  }

  private layOut(count: number, sort: Sort): void {
    const { incoming, seenFrom } = this.content;
    const divider = seenFrom === null ? -1 : seenFrom + incoming.length;
    let start = 0;
    while (start < count) {
      const moment = this.moments[start]!;
      const [from, to] = boundsOfDay(moment, sort);
      let end = start + 1;
      while (end < count && this.moments[end]! >= from && this.moments[end]! < to) end++;
      if (divider === start) this.add("divider", moment, start, start, this.look.dividerHeight);
      this.add("heading", moment, start, start, this.look.headingHeight);
      if (divider > start && divider < end) {
        this.fill(start, divider, moment);
        this.add("divider", moment, divider, divider, this.look.dividerHeight);
        start = divider;
      }
      this.fill(start, end, moment);
      start = end;
    }
  }

  private fill(start: number, end: number, moment: number): void {
    while (start < end) {
      const { count, height } = this.breakRow(start, end);
      this.add("photos", moment, start, start + count, Math.round(height), height);
      this.height += this.look.gap;
      start += count;
    }
  }

  private add(kind: Row["kind"], moment: number, start: number, end: number, height: number, exact = height): void {
    this.rows.push({ kind, moment, start, end, exact, height, top: this.height });
    this.height += height;
  }

  /** How many photos the next row takes: as many as bring its height closest to the wish. */
  private breakRow(start: number, end: number): { count: number; height: number } {
    const { width, gap, rowHeight } = this.look;
    let aspects = 0;
    let before = Infinity;
    for (let count = 1; start + count <= end; count++) {
      aspects += this.aspects[start + count - 1]!;
      const height = (width - gap * (count - 1)) / aspects;
      if (height <= rowHeight) {
        const isTallerNearer = before / rowHeight < rowHeight / height;
        return isTallerNearer ? { count: count - 1, height: before } : { count, height };
      }
      before = height;
    }
    return { count: end - start, height: before <= rowHeight * STRETCH ? before : rowHeight };
  }

  /** Whole pixels, and the last tile of a full row ends exactly at the edge. */
  private boxesOf(row: Row): Box[] {
    if (row.kind !== "photos") return [];
    return (row.boxes ??= this.place(row));
  }

  private place({ top, height, start, end, exact }: Row): Box[] {
    const boxes: Box[] = [];
    let left = 0;
    for (let item = start; item < end; item++) {
      let width = Math.min(this.look.width, Math.round(this.aspects[item]! * exact));
      const missing = this.look.width - (left + width);
      if (item === end - 1 && Math.abs(missing) <= end - start) width += missing;
      boxes.push({ left, top, width, height });
      left += width + this.look.gap;
    }
    return boxes;
  }
}

/** Now as a moment of an index. */
function localMinute(now: number, sort: Sort): number {
  const zone = sort === "taken" ? new Date(now).getTimezoneOffset() : 0;
  return Math.floor(now / 60_000) - zone;
}
