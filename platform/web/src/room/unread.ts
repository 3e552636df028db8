import type { Event, IndexAnswer, Room, Wanted } from "../api/types";
import { Observable } from "./observable";
import { EVERYTHING, wantedBy } from "./query";
import { readIndex } from "./store/decode";
import type { RoomStore } from "./store/store";

/** Photos that are in view for so long have been seen; also the least time between two words to the server. */
const STAY = 3_000;
/** On leaving the page a shorter look counts. */
const GLANCE = 1_000;

interface Reader {
  index: (wanted: Wanted) => Promise<IndexAnswer>;
  read: (seq: number) => Promise<void>;
}

/** What others added since my last visit, and telling the room how far I have seen it. */
export class Unread extends Observable {
  /** Up to where I had seen the room when I came. */
  readonly cameWith: number;
  /** What was new when I came, newest first. */
  ids: string[] = [];
  /** There is something that I may not have seen. */
  private owing: boolean;
  private told = 0;
  private since = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly api: Reader,
    private readonly store: RoomStore,
    private readonly me: string,
  ) {
    super();
    this.cameWith = store.read;
    this.owing = hasUnread(store.room);
    document.addEventListener("visibilitychange", () => this.leave());
    addEventListener("pagehide", () => this.leave());
  }

  async load(): Promise<void> {
    if (!this.owing) return;
    const answer = await this.api.index(wantedBy({ ...EVERYTHING, unseen: true }, this.cameWith));
    this.ids = readIndex(answer).ids;
    this.changed();
  }

  /** Whether the newest photos are in view now. */
  look(inView: boolean): void {
    if (!inView || document.hidden) return this.stop();
    if (this.timer || !this.owing) return;
    this.since = Date.now();
    this.timer = setTimeout(() => void this.mark(), STAY);
  }

  follow(events: Event[]): void {
    if (events.some(({ kind, actor }) => kind === "photo.added" && actor?.id !== this.me)) this.owing = true;
  }

  restart(): void {
    if (hasUnread(this.store.room)) this.owing = true;
  }

  /** The server's word about how far I have seen the room. What I saw elsewhere is not new here. */
  hear(seq: number): void {
    const isElsewhere = seq > Math.max(this.told, this.store.read);
    this.store.markRead(seq);
    if (isElsewhere) this.dismiss();
  }

  /** The divider and the offer to catch up go. */
  dismiss(): void {
    if (!this.ids.length) return;
    this.ids = [];
    this.changed();
  }

  private leave(): void {
    if (!document.hidden) return;
    if (this.timer && Date.now() - this.since >= GLANCE) void this.mark();
    this.stop();
  }

  private async mark(): Promise<void> {
    this.stop();
    const { seq } = this.store;
    this.owing = false;
    this.told = Math.max(this.told, seq);
    try {
      await this.api.read(seq);
      this.store.markRead(seq);
    } catch {
      this.owing = true; // the next look says it again
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function hasUnread({ unread }: Room): boolean {
  return unread > 0;
}
