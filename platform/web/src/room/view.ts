import { explain } from "../api/client";
import type { IndexAnswer, Event, Photo, Wanted } from "../api/types";
import { Observable } from "./observable";
import { EVERYTHING, isEverything, isFiltered, wantedBy, type Query } from "./query";
import { readIndex } from "./store/decode";
import type { RoomStore } from "./store/store";
import { Timeline, type Selection } from "./store/timeline";
import { HEART } from "./talk/emoji";

/** What happens in a room that is searched may change what is found; it is asked again after this pause. */
const PAUSE = 700;
const RETRY = 4_000;

interface Reader {
  index: (wanted: Wanted) => Promise<IndexAnswer>;
}

/** What of the room is shown now: all of it, or what a search and filters leave, in the order that was chosen. */
export class View extends Observable {
  query: Query = EVERYTHING;
  timeline: Timeline;
  /** What is shown is not yet what was asked for. */
  waiting = false;
  problem = "";
  private named: Record<string, string> = {};
  private asked = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly api: Reader,
    private readonly store: RoomStore,
    private readonly me: string,
    /** Up to where I had seen the room when I came. */
    private readonly cameWith: number,
  ) {
    super();
    this.timeline = store.photos.all;
  }

  /** Whether all of the room is known. */
  get isWhole(): boolean {
    return this.timeline.index.end === null;
  }

  get isFiltered(): boolean {
    return isFiltered(this.query);
  }

  /** Names of those who added photos, by id. */
  get people(): Record<string, string> {
    const known = this.store.photos.list.flatMap(({ uploader }) => (uploader ? [[uploader.id, uploader.name]] : []));
    return { ...this.named, ...Object.fromEntries(known) };
  }

  async show(query: Query): Promise<void> {
    this.query = query;
    if (isEverything(query)) this.timeline = this.store.photos.all;
    this.waiting = !isEverything(query);
    this.changed();
    await this.refresh();
  }

  /** Reads the list afresh; what is shown stays until it is here. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const turn = ++this.asked;
    const { query } = this;
    const { generation } = this.store.photos;
    if (isEverything(query) && this.isWhole) return this.settle();
    try {
      const answer = await this.api.index(wantedBy(query, this.cameWith));
      if (turn === this.asked) this.take(query, answer, generation);
    } catch (cause) {
      if (turn !== this.asked) return;
      this.problem = explain(cause);
      this.timer = setTimeout(() => void this.refresh(), RETRY);
      this.changed();
    }
  }

  /** A fresh snapshot knows nothing of what happened before it. */
  restart(): void {
    if (!isEverything(this.query)) void this.refresh();
  }

  /** What only the server can judge is asked again. */
  follow(events: Event[]): void {
    if (!events.some((event) => this.isDoubtful(event))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), PAUSE);
  }

  private take(query: Query, answer: IndexAnswer, generation: number): void {
    if (answer.users) this.named = answer.users;
    const index = readIndex(answer);
    if (isEverything(query)) this.store.takeIndex(index, generation);
    else {
      this.timeline = new Timeline(this.store.photos, this.selectionOf(query));
      this.timeline.take(index);
    }
    this.settle();
  }

  private settle(): void {
    this.waiting = false;
    this.problem = "";
    this.changed();
  }

  private selectionOf(query: Query): Selection {
    const { talk } = this.store;
    return {
      sort: query.sort,
      accepts: (photo, listed, fresh) => (listed || (fresh && !query.q)) && this.matches(photo, query, listed),
      version: () => (query.favourites ? talk.version : 0),
    };
  }

  private matches({ id, uploader }: Photo, { by, unseen, favourites }: Query, listed: boolean): boolean {
    if (by && uploader?.id !== by) return false;
    if (unseen && !listed && (uploader?.id === this.me || !this.store.arrived.has(id))) return false;
    const talk = this.store.talk.of(id);
    return !favourites || (talk ? talk.mine.includes(HEART) : listed);
  }

  private isDoubtful(event: Event): boolean {
    const { q, favourites, unseen } = this.query;
    if (event.kind === "reaction.added") return favourites && event.data.emoji === HEART && event.actor?.id === this.me;
    if (event.kind === "photo.restored") return Boolean(q || unseen || favourites);
    return Boolean(q) && (event.kind === "photo.added" || event.kind === "photo.changed");
  }
}
