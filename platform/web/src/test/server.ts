import type { Event, JournalPage, Page, Photo, Room } from "../api/types";
import { ANA, makeEvent, makePhoto, makeRoom } from "./shapes";

/** A room as the server keeps it: the truth that a page must end up equal to. */
export class FakeRoom {
  photos: Photo[] = [];
  journal: Event[] = [];
  /** Events up to this number are pruned. */
  pruned = 0;
  private removed = new Map<string, Photo>();
  private added = 0;

  get seq(): number {
    return this.pruned + this.journal.length;
  }

  get removedIds(): string[] {
    return [...this.removed.keys()];
  }

  get room(): Room {
    return makeRoom({ seq: this.seq, photos: this.photos.length });
  }

  add(): void {
    const photo = makePhoto(++this.added, { seq: this.seq + 1, state: "developing" });
    this.photos = [photo, ...this.photos];
    this.tell("photo.added", photo);
  }

  change(pick: number, change: Partial<Photo>): void {
    const old = this.pick(pick);
    if (!old) return;
    const photo = { ...old, ...change, seq: this.seq + 1 };
    this.photos = this.photos.map((one) => (one === old ? photo : one));
    this.tell("photo.changed", photo);
  }

  remove(pick: number): void {
    const photo = this.pick(pick);
    if (!photo) return;
    this.photos = this.photos.filter((one) => one !== photo);
    this.removed.set(photo.id, photo);
    this.tell("photo.removed", { id: photo.id });
  }

  restore(pick: number): void {
    const old = [...this.removed.values()][pick % Math.max(1, this.removed.size)];
    if (!old) return;
    this.removed.delete(old.id);
    const photo = { ...old, seq: this.seq + 1 };
    this.photos = [...this.photos, photo].sort((a, b) => (a.id < b.id ? 1 : -1));
    this.tell("photo.restored", photo);
  }

  prune(): void {
    this.pruned = this.seq;
    this.journal = [];
  }

  page(before: string | null, limit: number): Page<Photo> {
    const rest = this.photos.filter(({ id }) => before === null || id < before);
    const items = rest.slice(0, limit);
    return { items, next: rest.length > limit ? items.at(-1)!.id : null };
  }

  since(after: number): JournalPage {
    const reset = after < this.pruned || after > this.seq;
    return { events: reset ? [] : this.journal.filter(({ seq }) => seq > after), seq: this.seq, reset };
  }

  private pick(pick: number): Photo | undefined {
    return this.photos[pick % Math.max(1, this.photos.length)];
  }

  private tell(kind: Event["kind"], data: unknown): void {
    this.journal = [...this.journal, makeEvent(this.seq + 1, kind, data, ANA)];
  }
}
