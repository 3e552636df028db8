import { Observable } from "../room/observable";
import { Line, type Ending } from "../room/live/line";
import type { Frame } from "../api/types";
import { readFeed, type WallFeed, type WallPhoto, type WallState } from "./feed";

/** Also what nobody rang for: a link that has run out, a message that was lost. */
const LOOK_AGAIN = 60_000;

interface Options {
  room: string;
  read?: typeof readFeed;
  /** `isNew` is not said of what hung here already when the wall was opened. */
  onPhoto: (photo: WallPhoto, isNew: boolean) => void;
  onGone: (id: string) => void;
  onRead: () => void;
}

/** Keeps what hangs equal to the room: a ring of the socket, a minute gone by or a line that is back make it read what is new. */
export class Wall extends Observable {
  name = "";
  join: string | null = null;
  state: WallState | null = null;
  ending: Ending | null = null;
  private seq: number | null = null;
  private readonly hanging = new Set<string>();
  /** All that ever hung: what comes back is not new. */
  private readonly known = new Set<string>();
  private work: Promise<void> = Promise.resolve();
  private readonly line: Line;
  private timer?: ReturnType<typeof setInterval>;

  constructor(private readonly options: Options) {
    super();
    const socket = `${location.origin.replace(/^http/, "ws")}/ws/rooms/${encodeURIComponent(options.room)}/wall`;
    this.line = new Line({
      address: () => socket,
      ask: () => this.catchUp(),
      onFrame: (frame) => this.hear(frame),
      onChange: () => this.changed(),
      onShown: () => this.look(),
      onEnd: (ending) => this.end(ending),
    });
  }

  get isConnected(): boolean {
    return this.line.state === "open";
  }

  start(): void {
    this.line.open();
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_AGAIN);
  }

  stop(): void {
    this.line.close();
    clearInterval(this.timer);
  }

  /** Reads what is new, after whatever is being read already. */
  catchUp(): Promise<void> {
    const done = this.work.then(() => this.readAll());
    this.work = done.catch(() => undefined);
    return done;
  }

  private hear(frame: Frame): void {
    if (frame.type === "hello" || frame.type === "wall") this.look();
  }

  private look(): void {
    if (this.ending) return void this.comeBack();
    this.catchUp().catch((problem: unknown) => this.line.doubt(problem));
  }

  /** Somebody may have let this screen in again; then begin anew. */
  private async comeBack(): Promise<void> {
    await this.read().then(
      () => location.reload(),
      () => undefined,
    );
  }

  private end(ending: Ending): void {
    this.line.close();
    this.ending = ending;
    for (const id of this.hanging) this.options.onGone(id);
    this.hanging.clear();
    this.changed();
  }

  private read(from: Parameters<typeof readFeed>[1] = {}): Promise<WallFeed> {
    return (this.options.read ?? readFeed)(this.options.room, from);
  }

  private async readAll(): Promise<void> {
    const first = await this.read(this.seq === null ? {} : { after: this.seq });
    if (first.reset) return this.readEverything(first);
    let page = first;
    this.take(page, true);
    while (page.next !== null) {
      page = await this.read({ after: page.seq });
      if (page.reset) return this.readEverything(page);
      this.take(page, true);
    }
  }

  private async readEverything(first: WallFeed): Promise<void> {
    const areNews = this.seq !== null;
    const there = new Set<string>();
    for (let page = first; ; page = await this.read({ before: page.next! })) {
      for (const { id } of page.photos) there.add(id);
      this.take(page, areNews);
      if (page.next === null) break;
    }
    for (const id of [...this.hanging]) if (!there.has(id)) this.takeDown(id);
    this.seq = first.seq;
  }

  private take(page: WallFeed, areNews: boolean): void {
    for (const id of page.gone) this.takeDown(id);
    for (const photo of page.photos) this.hang(photo, areNews);
    if (!page.reset) this.seq = page.seq;
    this.name = page.name;
    this.join = page.join;
    this.state = page.wall;
    this.options.onRead();
    this.changed();
  }

  private hang(photo: WallPhoto, areNews: boolean): void {
    this.hanging.add(photo.id);
    this.options.onPhoto(photo, areNews && !this.known.has(photo.id));
    this.known.add(photo.id);
  }

  private takeDown(id: string): void {
    if (this.hanging.delete(id)) this.options.onGone(id);
  }
}
