import type { Api } from "../../api/client";
import type { Event, IndexAnswer, Photo, Wanted } from "../../api/types";
import { EVERYTHING, wantedBy } from "../query";
import { readIndex } from "../store/decode";
import type { RoomStore } from "../store/store";

const SNAPSHOT_PAGE = 200;

export interface Options {
  store: RoomStore;
  api: Pick<Api, "room" | "photos" | "events"> & {
    index: (wanted: Wanted) => Promise<IndexAnswer>;
    lookUp: (ids: string[]) => Promise<Photo[]>;
  };
  /** The photos that are looked at. */
  inView?: () => string[];
  onEvents?: (events: Event[]) => void;
  /** What events would have told was read afresh instead. */
  onSnapshot?: () => void;
  /** The room has come as far as this number. */
  onSeen: (seq: number) => void;
}

/** Brings the store up to the room: by the journal, or afresh where that no longer reaches back. */
export class CatchUp {
  constructor(private readonly options: Options) {}

  /** Applies what comes next and tells of it. False when numbers are missing. */
  apply(events: Event[]): boolean {
    const { store, onEvents } = this.options;
    const { seq } = store;
    const whole = store.apply(events);
    const news = events.filter((event) => event.seq > seq && event.seq <= store.seq);
    if (news.length) onEvents?.(news);
    return whole;
  }

  /** Reads from the last number known until nothing is missing. */
  async readJournal(): Promise<void> {
    const { store, api, onSeen } = this.options;
    for (;;) {
      const page = await api.events(store.seq);
      if (page.reset) return this.readSnapshot();
      onSeen(page.seq);
      if (!this.apply(page.events)) return this.readSnapshot();
      if (!page.events.length || store.seq >= page.seq) return;
    }
  }

  /** The room first, then its photos: so nothing is older than the room's number. What is looked at comes with it. */
  async readSnapshot(): Promise<void> {
    const { store, api, inView, onSnapshot } = this.options;
    const room = await api.room();
    const first = await api.photos(null, SNAPSHOT_PAGE);
    if (first.next === null) {
      store.restart(room, [first]);
    } else {
      const index = readIndex(await api.index(wantedBy(EVERYTHING, 0)));
      const looked = inView?.().slice(0, SNAPSHOT_PAGE) ?? [];
      const items = looked.length ? await api.lookUp(looked) : [];
      store.restart(room, [first, { items, next: null }], { ...index, seq: room.seq });
    }
    onSnapshot?.();
  }
}
