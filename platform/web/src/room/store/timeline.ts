import type { Photo } from "../../api/types";
import { weave, type Columns, type Index } from "./columns";
import { comparePlaces, momentOf, type Sort } from "./order";
import type { Photos } from "./photos";
import { ratioOf } from "./ratio";

/** Which photos a list is of: how it is sorted, and what decides about those whose state is known. */
export interface Selection {
  sort: Sort;
  /** `listed`: the index has it. `fresh`: it is known to be in the room from something newer than the index. */
  accepts: (photo: Photo, listed: boolean, fresh: boolean) => boolean;
  /** Changes with whatever else `accepts` looks at. */
  version?: () => number;
}

export const WHOLE: Selection = { sort: "added", accepts: (_photo, listed, fresh) => listed || fresh };

const NOTHING: Index = { ids: [], ratios: new Uint8Array(), moments: new Int32Array(), seq: 0, end: null };

/** One order of the room's photos: an index from the server, and what has happened since laid over it. */
export class Timeline {
  index: Index = NOTHING;
  private places = new Map<string, number>();
  private shown: Columns | null = null;
  private stamp = -1;

  constructor(
    private readonly photos: Photos,
    readonly selection: Selection = WHOLE,
  ) {}

  take(index: Index): void {
    this.index = index;
    this.places = new Map(index.ids.map((id, place) => [id, place]));
    this.shown = null;
  }

  /** Whether the index has it. */
  lists(id: string): boolean {
    return this.places.has(id);
  }

  /** What is shown, in order. The same until something changes. */
  get columns(): Columns {
    const stamp = this.photos.version + (this.selection.version?.() ?? 0);
    if (!this.shown || stamp !== this.stamp) this.shown = this.arrange();
    this.stamp = stamp;
    return this.shown;
  }

  /** The photos whose state is known, in order. */
  get list(): Photo[] {
    return this.columns.ids.flatMap((id) => this.photos.get(id) ?? []);
  }

  /** The unbroken run of known photos around the first of these that is still shown. */
  around(wished: string[]): Photo[] {
    const { ids } = this.columns;
    const { photos } = this;
    const id = wished.find((one) => photos.get(one) && ids.includes(one));
    if (id === undefined) return [];
    const at = ids.indexOf(id);
    let [first, last] = [at, at];
    while (first > 0 && photos.get(ids[first - 1]!)) first--;
    while (last < ids.length - 1 && photos.get(ids[last + 1]!)) last++;
    return ids.slice(first, last + 1).map((one) => photos.get(one)!);
  }

  private arrange(): Columns {
    const { index, places, photos } = this;
    const { sort } = this.selection;
    const without = new Set<number>();
    const items = [];
    for (const id of photos.gone(index.seq)) if (places.has(id)) without.add(places.get(id)!);
    for (const photo of photos.standing()) {
      const place = places.get(photo.id);
      const moment = momentOf(photo, sort);
      const belongs = this.isInside(photo) && this.accepts(photo, place !== undefined);
      if (place !== undefined && belongs && index.moments[place] === moment) continue;
      if (place !== undefined) without.add(place);
      if (belongs) items.push({ id: photo.id, ratio: ratioOf(photo), moment });
    }
    if (!without.size && !items.length) return index;
    const isBefore = sort === "added" ? byAddition : byMoment;
    return weave(
      index,
      without,
      items.sort((a, b) => (isBefore(a, b) ? -1 : 1)),
      isBefore,
    );
  }

  private accepts(photo: Photo, listed: boolean): boolean {
    return this.selection.accepts(photo, listed, this.photos.isFresh(photo, this.index.seq));
  }

  private isInside({ id }: Photo): boolean {
    return this.index.end === null || comparePlaces(id, this.index.end) <= 0;
  }
}

type Stand = { id: string; moment: number };
const byAddition = (a: Stand, b: Stand) => a.id > b.id;
const byMoment = (a: Stand, b: Stand) => (a.moment === b.moment ? a.id > b.id : a.moment > b.moment);
