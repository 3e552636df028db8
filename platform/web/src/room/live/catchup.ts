import type { Api } from "../../api/client";
import type { Event, Page, Photo } from "../../api/types";
import { comparePlaces, placeOf, type Place } from "../store/order";
import type { RoomStore } from "../store/store";

const SNAPSHOT_PAGE = 200;

export interface Options {
  store: RoomStore;
  api: Pick<Api, "room" | "photos" | "events">;
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

  /** The room first, then its photos: so no page is older than the room's number. As deep as the window was. */
  async readSnapshot(): Promise<void> {
    const { store, api, onSnapshot } = this.options;
    const { end } = store.photos;
    const room = await api.room();
    const pages: Page<Photo>[] = [];
    let before: string | null = null;
    do {
      const page: Page<Photo> = await api.photos(before, SNAPSHOT_PAGE);
      pages.push(page);
      before = page.next;
    } while (before && end && isAbove(pages.at(-1), end));
    store.restart(room, pages);
    onSnapshot?.();
  }
}

function isAbove(page: Page<Photo> | undefined, end: Place): boolean {
  const last = page?.items.at(-1);
  return last !== undefined && comparePlaces(placeOf(last), end) < 0;
}
