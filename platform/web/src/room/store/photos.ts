import type { Page, Photo } from "../../api/types";
import { comparePlaces, placeOf, type Place } from "./order";
import { foresee, type Change } from "./pending";

/**
 * Every state of a photo this page has heard of, and the window of the room it may show: from the newest photo down
 * to the last one of the pages read so far. A photo below the window is remembered but not shown, because between it and
 * the window there may be others; the page that reaches it brings them all.
 */
export class Photos {
  private entries = new Map<string, Photo>();
  private removals = new Map<string, number>();
  private hidden = new Set<string>();
  private pending: Change[] = [];
  private floor: Place | null = null;
  private snapshotSeq = 0;
  private shown: Photo[] | null = null;

  /** The cursor of the next page, or null when the whole room is here. */
  next: string | null = null;

  /** Counts snapshots: a page asked for before the latest one is out of date. */
  generation = 0;

  /** Starts afresh from pages read one after another, none of them older than event `seq`. */
  restart(seq: number, pages: Page<Photo>[]): void {
    this.entries.clear();
    this.removals.clear();
    this.hidden.clear();
    this.floor = null;
    this.snapshotSeq = seq;
    this.generation++;
    for (const page of pages) this.take(page);
  }

  /** Adds the page that `next` led to; a page from before the latest snapshot is dropped. */
  extend(page: Page<Photo>, generation: number): void {
    if (generation === this.generation) this.take(page);
  }

  merge(photo: Photo): void {
    // A snapshot forgets removals. A late answer from before it must not bring back what it no longer holds.
    if (photo.seq <= this.snapshotSeq && !this.entries.has(photo.id)) return;
    this.keep(photo);
  }

  remove(id: string, seq: number): void {
    if ((this.entries.get(id)?.seq ?? 0) > seq) return;
    this.entries.delete(id);
    this.hidden.delete(id);
    this.removals.set(id, Math.max(seq, this.removals.get(id) ?? 0));
    this.shown = null;
  }

  /** Takes a photo off the screen while the server is still being asked to remove it. */
  hide(id: string): void {
    this.hidden.add(id);
    this.shown = null;
  }

  reveal(id: string): void {
    this.hidden.delete(id);
    this.shown = null;
  }

  /** Shows these changes on top of what the room says, until it says so itself. */
  plan(changes: Change[]): void {
    this.pending = changes;
    this.shown = null;
  }

  get(id: string): Photo | undefined {
    return this.lookAhead(this.entries.has(id) ? [this.entries.get(id)!] : []).get(id);
  }

  /** Like `get`, as the room itself has it, and also when it is hidden. */
  known(id: string): Photo | undefined {
    return this.entries.get(id);
  }

  /** What may be shown, newest first. The same array until something changes. */
  get list(): Photo[] {
    return (this.shown ??= this.arrange());
  }

  /** The last place of the window, or null while nothing was read or the whole room is here. */
  get end(): Place | null {
    return this.next === null ? null : this.floor;
  }

  private take(page: Page<Photo>): void {
    for (const photo of page.items) this.keep(photo);
    this.floor = lowest([...(this.floor ? [this.floor] : []), ...page.items.map(placeOf)]);
    this.next = page.next;
    this.shown = null;
  }

  private keep(photo: Photo): void {
    if ((this.removals.get(photo.id) ?? 0) >= photo.seq) return;
    if ((this.entries.get(photo.id)?.seq ?? 0) >= photo.seq) return;
    this.entries.set(photo.id, photo);
    this.shown = null;
  }

  private lookAhead(photos: Iterable<Photo>): Map<string, Photo> {
    const ahead = new Map<string, Photo>();
    for (const photo of photos) if (!this.hidden.has(photo.id)) ahead.set(photo.id, photo);
    for (const change of this.pending) foresee(ahead, change);
    return ahead;
  }

  private arrange(): Photo[] {
    const { end } = this;
    return [...this.lookAhead(this.entries.values()).values()]
      .filter((photo) => !end || comparePlaces(placeOf(photo), end) <= 0)
      .sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  }
}

function lowest(places: Place[]): Place | null {
  return places.reduce<Place | null>((low, place) => (low && comparePlaces(low, place) > 0 ? low : place), null);
}
