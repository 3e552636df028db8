import type { Page, Photo } from "../../api/types";
import { comparePlaces, momentOf, placeOf, type Place, type Sort } from "./order";
import { ratioOf } from "./ratio";

/** A list of photos as far as a layout needs it, one column for each of id, shape (see `ratioOf`) and moment (see `momentOf`). */
export interface Columns {
  ids: string[];
  ratios: Uint8Array;
  moments: Int32Array;
}

/** What the server said is in a list, newest first. */
export interface Index extends Columns {
  /** No part of it is older than this event. */
  seq: number;
  /** The place below which there may be more, or null when this is all. */
  end: Place | null;
}

export function columnsOf(photos: Photo[], sort: Sort): Columns {
  return {
    ids: photos.map(({ id }) => id),
    ratios: Uint8Array.from(photos, ratioOf),
    moments: Int32Array.from(photos, (photo) => momentOf(photo, sort)),
  };
}

/** The index that the first pages of a room are. */
export function indexOfPages(pages: Page<Photo>[], seq: number): Index {
  const photos = pages.flatMap(({ items }) => items).sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  const last = photos.at(-1);
  return { ...columnsOf(photos, "added"), seq, end: pages.at(-1)?.next && last ? placeOf(last) : null };
}

interface Item {
  id: string;
  ratio: number;
  moment: number;
}

/** The list without those at these indices and with these items, which are in order, where they belong. */
export function weave(base: Columns, without: Set<number>, items: Item[], isBefore: Before): Columns {
  const length = base.ids.length - without.size + items.length;
  const woven = { ids: new Array<string>(length), ratios: new Uint8Array(length), moments: new Int32Array(length) };
  let [from, next] = [0, 0];
  for (let to = 0; to < length; to++) {
    while (without.has(from)) from++;
    const item = items[next];
    const old = from < base.ids.length ? { id: base.ids[from]!, moment: base.moments[from]! } : null;
    if (item && (!old || isBefore(item, old))) {
      put(woven, to, item);
      next++;
    } else {
      put(woven, to, { ...old!, ratio: base.ratios[from]! });
      from++;
    }
  }
  return woven;
}

type Before = (a: Pick<Item, "id" | "moment">, b: Pick<Item, "id" | "moment">) => boolean;

function put({ ids, ratios, moments }: Columns, at: number, { id, ratio, moment }: Item): void {
  ids[at] = id;
  ratios[at] = ratio;
  moments[at] = moment;
}
