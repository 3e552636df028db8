import type { Event, JournalPage, Page, Person, Photo, Room, Talk } from "../api/types";
import { columnsOf, type Index } from "../room/store/columns";
import { ANA, OLIVE, makeEvent, makePhoto, makeRoom } from "./shapes";

/** A room as the server keeps it: the truth that a page must end up equal to. */
export class FakeRoom {
  photos: Photo[] = [];
  journal: Event[] = [];
  /** Events up to this number are pruned. */
  pruned = 0;
  /** How far Olive has seen it. */
  read = 0;
  private removed = new Map<string, Photo>();
  private said = new Map<string, { seq: number; comments: number; given: Set<string> }>();
  private added = 0;

  get seq(): number {
    return this.pruned + this.journal.length;
  }

  get removedIds(): string[] {
    return [...this.removed.keys()];
  }

  get room(): Room {
    return makeRoom({ seq: this.seq, photos: this.photos.length, read_seq: this.read });
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

  comment(pick: number): void {
    const photo = this.pick(pick);
    if (!photo) return;
    const said = this.saidOf(photo.id);
    said.comments++;
    this.tellTalk("comment.added", photo.id, {}, ANA);
  }

  /** Somebody gives a reaction or takes it back. */
  react(pick: number, person: Person, emoji: string): void {
    const photo = this.pick(pick);
    if (!photo) return;
    const { given } = this.saidOf(photo.id);
    const key = `${person.id} ${emoji}`;
    const kind = given.delete(key) ? "reaction.removed" : "reaction.added";
    if (kind === "reaction.added") given.add(key);
    this.tellTalk(kind, photo.id, { emoji }, person);
  }

  /** What Olive is told of the talk about a photo. */
  talkOf(id: string): Talk {
    const { seq, comments, given } = this.saidOf(id);
    const mine = [...given].filter((key) => key.startsWith(`${OLIVE.id} `)).map((key) => key.split(" ")[1]!);
    return { seq, comments, reactions: this.reactionsTo(id), mine: mine.sort() };
  }

  prune(): void {
    this.pruned = this.seq;
    this.journal = [];
  }

  page(before: string | null, limit: number): Page<Photo> {
    const rest = this.photos.filter(({ id }) => before === null || id < before);
    const items = rest.slice(0, limit);
    return { items: this.answers(items), next: rest.length > limit ? items.at(-1)!.id : null };
  }

  index(): Index {
    return { ...columnsOf(this.photos, "added"), seq: this.seq, end: null };
  }

  lookUp(ids: string[]): Photo[] {
    return this.answers(this.photos.filter(({ id }) => ids.includes(id)));
  }

  since(after: number): JournalPage {
    const reset = after < this.pruned || after > this.seq;
    return { events: reset ? [] : this.journal.filter(({ seq }) => seq > after), seq: this.seq, reset };
  }

  private answers(photos: Photo[]): Photo[] {
    return photos.map((photo) => ({ ...photo, talk: this.talkOf(photo.id) }));
  }

  private saidOf(id: string): { seq: number; comments: number; given: Set<string> } {
    const said = this.said.get(id) ?? { seq: 0, comments: 0, given: new Set<string>() };
    this.said.set(id, said);
    return said;
  }

  private reactionsTo(id: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const key of this.saidOf(id).given) counts[key.split(" ")[1]!] = (counts[key.split(" ")[1]!] ?? 0) + 1;
    return counts;
  }

  private tellTalk(kind: Event["kind"], photo: string, more: object, actor: Person): void {
    const said = this.saidOf(photo);
    said.seq = this.seq + 1;
    this.tell(kind, { photo, comments: said.comments, reactions: this.reactionsTo(photo), ...more }, actor);
  }

  private pick(pick: number): Photo | undefined {
    return this.photos[pick % Math.max(1, this.photos.length)];
  }

  private tell(kind: Event["kind"], data: unknown, actor: Person = ANA): void {
    this.journal = [...this.journal, makeEvent(this.seq + 1, kind, data, actor)];
  }
}
