import { ApiError, type Api } from "../api/client";
import type { Event, Frame, Page, Photo } from "../api/types";
import { waitBefore } from "./backoff";
import { Observable } from "./observable";
import { comparePlaces, placeOf } from "./store/order";
import type { RoomStore } from "./store/store";

export type Status = "connecting" | "live" | "reconnecting" | "up-to-date" | "offline";
export type Ending = "signed-out" | "left";

/** A line can die without a word, and a broadcast can be lost; after this silence the journal is asked. */
const SILENCE = 60_000;
/** A connection that lasted this long after its greeting was a good one: the next wait starts short again. */
const STEADY = 5_000;
const CATCH_UP_NOTE = 2_500;
const SNAPSHOT_PAGE = 200;
/** After so many failed tries read the journal first: it says what a refused handshake cannot, and news still arrive. */
const TRIES_BEFORE_ASKING = 3;

interface Options {
  url: string;
  store: RoomStore;
  api: Pick<Api, "room" | "photos" | "events">;
  onEvents?: (events: Event[]) => void;
  /** What events would have told was read afresh instead. */
  onSnapshot?: () => void;
  onEnd: (ending: Ending) => void;
}

/** Keeps the store equal to the room: the socket tells, the journal fills gaps, a snapshot starts afresh. */
export class Live extends Observable {
  status: Status = "connecting";

  private socket: WebSocket | null = null;
  private work: Promise<void> = Promise.resolve();
  private attempt = 0;
  private greetedAt: number | null = null;
  private seen = 0;
  private wasAway = false;
  private ended = false;
  private retryTimer?: ReturnType<typeof setTimeout>;
  private silenceTimer?: ReturnType<typeof setTimeout>;
  private noteTimer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    super();
    this.seen = options.store.seq;
  }

  start(): void {
    this.ended = false;
    addEventListener("online", this.comeBack);
    addEventListener("offline", this.goOffline);
    addEventListener("pageshow", this.restore);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  stop(): void {
    this.ended = true;
    removeEventListener("online", this.comeBack);
    removeEventListener("offline", this.goOffline);
    removeEventListener("pageshow", this.restore);
    document.removeEventListener("visibilitychange", this.wake);
    clearTimeout(this.noteTimer);
    this.drop();
  }

  private connect(): void {
    if (this.ended) return;
    this.drop();
    const socket = new WebSocket(`${this.options.url}?after=${this.options.store.seq}`, "salon.v1");
    this.socket = socket;
    this.greetedAt = null;
    socket.onmessage = ({ data }) => this.queue(socket, JSON.parse(data as string) as Frame);
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.closed(code);
    };
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private closed(code: number): void {
    this.drop();
    if (code === 4401) return this.end("signed-out");
    if (code === 4403 || code === 4404) return this.end("left");
    this.retry();
  }

  private retry(): void {
    if (this.ended) return;
    if (this.greetedAt !== null && Date.now() - this.greetedAt > STEADY) this.attempt = 0;
    this.away(navigator.onLine === false ? "offline" : "reconnecting");
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.tryAgain(), waitBefore(this.attempt++));
  }

  private async tryAgain(): Promise<void> {
    try {
      if (this.attempt >= TRIES_BEFORE_ASKING) await this.catchUp();
      this.connect();
    } catch (problem) {
      this.failed(problem);
    }
  }

  /** One frame after another: what reads the journal must finish before what came later is applied. */
  private queue(socket: WebSocket, frame: Frame): void {
    this.listenForSilence();
    this.work = this.work.then(async () => {
      if (socket !== this.socket) return;
      try {
        await this.take(frame);
      } catch (problem) {
        this.failed(problem);
      }
    });
  }

  private async take(frame: Frame): Promise<void> {
    if (frame.type === "hello") {
      this.greetedAt = Date.now();
      if (frame.mode === "reset") await this.readSnapshot();
      else if (frame.you.role !== this.options.store.room.role) await this.readRights();
      this.seen = Math.max(this.seen, frame.seq);
    } else if (frame.type === "events") {
      await this.apply(frame.events);
    }
    this.noteProgress();
  }

  private async apply(events: Event[]): Promise<void> {
    const { store } = this.options;
    const news = events.filter((event) => event.seq > store.seq);
    if (!store.apply(events)) {
      await this.catchUp();
      store.apply(events);
    } else if (news.length) {
      this.options.onEvents?.(news);
    }
  }

  /** Reads the journal from the last number known until nothing is missing. */
  private async catchUp(): Promise<void> {
    const { store, api } = this.options;
    for (;;) {
      const page = await api.events(store.seq);
      if (page.reset) return this.readSnapshot();
      const news = page.events.filter((event) => event.seq > store.seq);
      store.apply(news);
      if (news.length) this.options.onEvents?.(news);
      if (!news.length || store.seq >= page.seq) return;
    }
  }

  /** The room first, then its photos: so no page is older than the room's number. As deep as the window was. */
  private async readSnapshot(): Promise<void> {
    const { store, api } = this.options;
    const end = store.photos.end;
    const room = await api.room();
    const pages: Page<Photo>[] = [];
    let before: string | null = null;
    do {
      const page: Page<Photo> = await api.photos(before, SNAPSHOT_PAGE);
      pages.push(page);
      before = page.next;
    } while (before && end && isAbove(pages.at(-1), end));
    store.restart(room, pages);
    this.options.onSnapshot?.();
  }

  private async readRights(): Promise<void> {
    this.options.store.describe(await this.options.api.room());
  }

  private failed(problem: unknown): void {
    if (problem instanceof ApiError && problem.status === 401) return this.end("signed-out");
    if (problem instanceof ApiError && [403, 404].includes(problem.status)) return this.end("left");
    this.drop();
    this.retry();
  }

  private end(ending: Ending): void {
    if (this.ended) return;
    this.stop();
    this.options.onEnd(ending);
  }

  private noteProgress(): void {
    if (this.options.store.seq < this.seen) return;
    if (!this.wasAway) {
      if (this.status === "connecting") this.show("live");
      return;
    }
    this.wasAway = false;
    this.show("up-to-date");
    clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => this.show("live"), CATCH_UP_NOTE);
  }

  private away(status: Status): void {
    clearTimeout(this.noteTimer);
    this.wasAway = true;
    this.show(status);
  }

  private show(status: Status): void {
    if (this.status === status) return;
    this.status = status;
    this.changed();
  }

  private listenForSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(this.check, SILENCE * (1 + Math.random() / 4));
  }

  private check = (): void => {
    const socket = this.socket;
    this.listenForSilence();
    if (document.hidden) return;
    this.work = this.work.then(async () => {
      if (socket && socket === this.socket) await this.catchUp().catch((problem: unknown) => this.failed(problem));
    });
  };

  private comeBack = (): void => {
    this.attempt = 0;
    this.away("reconnecting");
    this.connect();
  };

  private goOffline = (): void => {
    this.drop();
    this.away("offline");
    this.retryTimer = setTimeout(() => this.connect(), waitBefore(10));
  };

  private restore = (show: PageTransitionEvent): void => {
    if (show.persisted) this.comeBack();
  };

  private wake = (): void => {
    if (document.hidden) return;
    if (this.socket) this.check();
    else this.comeBack();
  };
}

function isAbove(page: Page<Photo> | undefined, end: ReturnType<typeof placeOf>): boolean {
  const last = page?.items.at(-1);
  return last !== undefined && comparePlaces(placeOf(last), end) < 0;
}
