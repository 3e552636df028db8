import type { Photo } from "../../api/types";
import type { Index } from "./columns";
import { foresee, type Change } from "./pending";
import { Timeline } from "./timeline";

/**
 * The newest state of every photo this page has heard of, and which photos the room has. Of most photos of a large room
 * only the index is known; their states come when they are looked at.
 */
export class Photos {
  /** The whole room, newest first. */
  readonly all = new Timeline(this);
  private entries = new Map<string, Photo>();
  private removals = new Map<string, number>();
  private hidden = new Set<string>();
  private pending: Change[] = [];
  private foreseen = new Map<string, Photo | null>();
  private snapshotSeq = -1;
  private listed: Photo[] | null = null;

  /** Changes with everything that is shown. */
  version = 0;

  /** Counts snapshots: what was asked for before the latest one is out of date. */
  generation = 0;

  /** Starts afresh from the photos of a snapshot and the index that has them, none of them older than its event. */
  restart(photos: Photo[], index: Index): void {
    this.entries.clear();
    this.removals.clear();
    this.hidden.clear();
    this.snapshotSeq = this.generation++ ? index.seq : -1; // nothing was asked for before the first
    this.all.take(index);
    for (const photo of photos) this.keep(photo);
    this.touch();
  }

  /** Takes what the whole room has. What it does not have, and nothing newer told of, is gone. */
  takeIndex(index: Index): void {
    this.all.take(index);
    for (const [id, { seq }] of this.entries) {
      if (seq <= index.seq && !this.all.lists(id)) this.entries.delete(id);
    }
    this.touch();
  }

  /** Adds states that were asked for; those from before the latest snapshot are dropped. */
  extend(photos: Photo[], generation: number): void {
    if (generation !== this.generation) return;
    for (const photo of photos) this.keep(photo);
    this.touch();
  }

  /** Whether an answer with this number may have been asked for before the latest snapshot. */
  isLate(seq: number): boolean {
    return seq <= this.snapshotSeq;
  }

  merge(photo: Photo): void {
    // A snapshot forgets removals. A late answer from before it must not bring back what it no longer holds.
    if (this.isLate(photo.seq) && !this.entries.has(photo.id)) return;
    this.keep(photo);
    this.touch();
  }

  remove(id: string, seq: number): void {
    if ((this.entries.get(id)?.seq ?? 0) > seq) return;
    this.entries.delete(id);
    this.hidden.delete(id);
    this.removals.set(id, Math.max(seq, this.removals.get(id) ?? 0));
    this.touch();
  }

  /** Takes a photo off the screen while the server is still being asked to remove it. */
  hide(id: string): void {
    this.hidden.add(id);
    this.touch();
  }

  reveal(id: string): void {
    this.hidden.delete(id);
    this.touch();
  }

  /** Shows these changes on top of what the room says, until it says so itself. */
  plan(changes: Change[]): void {
    this.pending = changes;
    this.touch();
  }

  get(id: string): Photo | undefined {
    const foreseen = this.foreseen.get(id);
    if (foreseen !== undefined) return foreseen ?? undefined;
    return this.hidden.has(id) ? undefined : this.entries.get(id);
  }

  /** Like `get`, as the room itself has it, and also when it is hidden. */
  known(id: string): Photo | undefined {
    return this.entries.get(id);
  }

  /** The photos whose state is known, newest first. The same array until something changes. */
  get list(): Photo[] {
    return (this.listed ??= this.all.list);
  }

  /** Those that an index of event `since` may have although they are not to be shown. */
  *gone(since: number): Iterable<string> {
    for (const [id, photo] of this.foreseen) if (!photo) yield id;
    for (const id of this.hidden) if (!this.foreseen.get(id)) yield id;
    for (const [id, seq] of this.removals) if (seq > since && !this.get(id)) yield id;
  }

  /** Those whose state is known and that may be shown. */
  *standing(): Iterable<Photo> {
    for (const photo of this.foreseen.values()) if (photo) yield photo;
    for (const photo of this.entries.values()) {
      if (!this.hidden.has(photo.id) && !this.foreseen.has(photo.id)) yield photo;
    }
  }

  /** Whether this photo is in the room whatever an index of event `since` says. */
  isFresh({ id, seq }: Photo, since: number): boolean {
    return seq > since || this.pending.some(({ kind, photo }) => kind === "restoral" && photo.id === id);
  }

  private keep(photo: Photo): void {
    if ((this.removals.get(photo.id) ?? 0) >= photo.seq) return;
    if ((this.entries.get(photo.id)?.seq ?? 0) >= photo.seq) return;
    this.entries.set(photo.id, photo.talk ? { ...photo, talk: null } : photo); // the talk has a number of its own
  }

  private touch(): void {
    this.version++;
    this.listed = null;
    this.foreseen = this.lookAhead();
  }

  /** How the photos that changes are about will be once they have reached the room; null for those that will be gone. */
  private lookAhead(): Map<string, Photo | null> {
    const ids = new Set(this.pending.map(({ photo }) => photo.id));
    const ahead = new Map<string, Photo>();
    for (const id of ids) if (this.entries.has(id) && !this.hidden.has(id)) ahead.set(id, this.entries.get(id)!);
    for (const change of this.pending) foresee(ahead, change);
    const removed = this.pending.filter(({ kind, photo }) => kind === "removal" && !ahead.has(photo.id));
    return new Map<string, Photo | null>([...removed.map(({ photo }) => [photo.id, null] as const), ...ahead]);
  }
}
