import type { WallPhoto } from "./feed";

/** More of them at once are not shown as new any more; their turn comes in the shuffle. */
const MOST_WAITING = 60;
const UPRIGHT = 0.9;

export interface Part {
  photos: WallPhoto[];
  /** They have just been added. */
  isNew: boolean;
}

type Filter = (photo: WallPhoto) => boolean;
const any: Filter = () => true;

/** Decides what comes next: what has just arrived, fairly among people, else each photo of the room before any comes again. */
export class Program {
  readonly photos = new Map<string, WallPhoto>();
  private waiting: WallPhoto[] = [];
  /** Those that this round has not shown yet. */
  private round = new Set<string>();
  private last = new Set<string>();
  private turns = new Map<string, number>();
  private turn = 0;

  constructor(private readonly random: () => number = Math.random) {}

  get arrivals(): number {
    return this.waiting.length;
  }

  add(photo: WallPhoto): void {
    if (!this.photos.has(photo.id)) this.round.add(photo.id);
    this.photos.set(photo.id, photo);
    this.waiting = this.waiting.map((other) => (other.id === photo.id ? photo : other));
  }

  /** A photo that was added a moment ago. */
  arrive(photo: WallPhoto): void {
    this.add(photo);
    this.waiting = [...this.waiting, photo].slice(-MOST_WAITING);
  }

  remove(id: string): void {
    this.photos.delete(id);
    this.round.delete(id);
    this.last.delete(id);
    this.waiting = this.waiting.filter((photo) => photo.id !== id);
  }

  /** `may` says which can be shown now. On a `wide` screen two upright photos hang side by side. */
  next(wide: boolean, may: Filter = any): Part | null {
    const arrival = this.takeArrival(may);
    const first = arrival ?? this.draw(may);
    if (!first) return null;
    const partner = wide && isUpright(first) ? this.partnerOf(first, may, arrival !== null) : null;
    const photos = partner ? [first, partner] : [first];
    this.last = new Set(photos.map(({ id }) => id));
    for (const { id } of photos) this.round.delete(id);
    return { photos, isNew: arrival !== null };
  }

  /** Somebody wants to see this one. */
  choose(photo: WallPhoto): Part {
    this.last = new Set([photo.id]);
    this.round.delete(photo.id);
    return { photos: [photo], isNew: false };
  }

  /** It could not be shown after all. */
  putBack({ photos, isNew }: Part): void {
    const known = photos.filter(({ id }) => this.photos.has(id));
    if (isNew) this.waiting = [...known, ...this.waiting];
    for (const { id } of known) this.round.add(id);
  }

  private partnerOf(first: WallPhoto, may: Filter, isNew: boolean): WallPhoto | null {
    const fits: Filter = (photo) => photo.id !== first.id && isUpright(photo) && may(photo);
    return isNew ? this.takeArrival(fits) : this.drawFrom([...this.round], fits);
  }

  /** Whoever has waited longest for a turn of theirs; of one person's by turns the newest and the oldest. */
  private takeArrival(may: Filter): WallPhoto | null {
    const ready = this.waiting.filter(may);
    const people = [...new Set(ready.map(({ by }) => by))];
    const [who] = people.sort((a, b) => (this.turns.get(a) ?? 0) - (this.turns.get(b) ?? 0));
    if (who === undefined) return null;
    const theirs = ready.filter(({ by }) => by === who);
    const chosen = (this.turn % 2 ? theirs[0] : theirs.at(-1))!;
    this.turns.set(who, ++this.turn);
    this.waiting = this.waiting.filter((photo) => photo !== chosen);
    return chosen;
  }

  private draw(may: Filter): WallPhoto | null {
    if (!this.round.size) this.round = new Set(this.photos.keys());
    const other: Filter = (photo) => may(photo) && !this.last.has(photo.id);
    const all = [...this.photos.keys()];
    // What cannot be had now keeps its turn in this round; meanwhile something is shown again.
    return this.drawFrom([...this.round], other) ?? this.drawFrom(all, other) ?? this.drawFrom(all, may);
  }

  private drawFrom(ids: string[], fits: Filter): WallPhoto | null {
    const photos = ids.map((id) => this.photos.get(id)!).filter(fits);
    return photos[Math.floor(this.random() * photos.length)] ?? null;
  }
}

export function isUpright({ width, height }: WallPhoto): boolean {
  return width / height < UPRIGHT;
}
