import type { Photo } from "../api/types";
import type { RoomStore } from "./store/store";

const AT_ONCE = 100;
/** While the page is scrolled fast, what passes by is not asked for. */
const PAUSE = 90;
const RETRY = 3_000;

interface Reader {
  lookUp: (ids: string[]) => Promise<Photo[]>;
}

/** Fetches the states of the photos that are looked at: the latest wish counts. */
export class Lookup {
  private wanted: string[] = [];
  /** Those that the server did not have; nobody asks for them again before the next snapshot. */
  private missing = new Set<string>();
  private generation = 0;
  private busy = false;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly api: Reader,
    private readonly store: RoomStore,
  ) {}

  /** What is in view, the nearest first. */
  want(ids: string[]): void {
    this.wanted = ids;
    if (!this.unknown().length) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.work(), PAUSE);
  }

  /** Fetches these now, as far as they are not known. */
  async fetch(ids: string[]): Promise<void> {
    const unknown = this.unknown(ids);
    for (let start = 0; start < unknown.length; start += AT_ONCE) await this.ask(unknown.slice(start, start + AT_ONCE));
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let ids = this.unknown(); ids.length; ids = this.unknown()) await this.ask(ids.slice(0, AT_ONCE));
    } catch {
      this.timer = setTimeout(() => void this.work(), RETRY);
    }
    this.busy = false;
  }

  private unknown(ids = this.wanted): string[] {
    const { store } = this;
    const { photos } = store;
    if (this.generation !== photos.generation) this.missing.clear();
    this.generation = photos.generation;
    return ids.filter((id) => !store.knows(id) && !this.missing.has(id));
  }

  private async ask(ids: string[]): Promise<void> {
    const { generation } = this.store.photos;
    const found = await this.api.lookUp(ids);
    if (generation !== this.store.photos.generation) return;
    const got = new Set(found.map(({ id }) => id));
    for (const id of ids) if (!got.has(id)) this.missing.add(id);
    this.store.extend(found, generation);
  }
}
