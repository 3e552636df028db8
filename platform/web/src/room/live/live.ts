import type { ClientFrame, Event, Frame } from "../../api/types";
import { Observable } from "../observable";
import { CatchUp, type Options as CatchUpOptions } from "./catchup";
import { Line, type Ending, type LineState } from "./line";

export type Status = "connecting" | "live" | "catching-up" | "reconnecting" | "offline";
export type { Ending };

/** A line can die without a word, and a broadcast can be lost; after this silence the journal is asked. */
const SILENCE = 60_000;
/** A state that passes sooner is not worth a word. */
const NOTICE = 250;

interface Options extends Omit<CatchUpOptions, "onSeen"> {
  url: string;
  /** Whose page this is. */
  me: string;
  /** Every frame, as soon as it is heard. */
  onFrame?: (frame: Frame) => void;
  onEnd: (ending: Ending) => void;
}

/** Keeps the store equal to the room: the socket tells, the journal fills gaps, a snapshot starts afresh. */
export class Live extends Observable {
  status: Status = "connecting";
  /** How many events of the room are not on the screen yet. */
  missing = 0;

  private readonly line: Line;
  private readonly catchUp: CatchUp;
  private work: Promise<void> = Promise.resolve();
  /** The highest number heard of anywhere, and the highest the socket told of. */
  private seen: number;
  private told: number;
  private rereading = false;
  private silenceTimer?: ReturnType<typeof setTimeout>;
  private noticeTimer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    super();
    const { url, store } = options;
    this.seen = this.told = store.seq;
    this.catchUp = new CatchUp({ ...options, onSeen: (seq) => this.see(seq), onSnapshot: () => this.startAfresh() });
    this.line = new Line({
      address: () => `${url}?after=${store.seq}`,
      ask: () => this.inTurn(() => this.catchUp.readJournal()),
      onFrame: (frame) => this.hear(frame),
      onChange: () => this.show(),
      onShown: () => this.check(),
      onEnd: (ending) => this.end(ending),
    });
  }

  start(): void {
    this.line.open();
  }

  stop(): void {
    this.line.close();
    clearTimeout(this.silenceTimer);
    clearTimeout(this.noticeTimer);
  }

  send(frame: ClientFrame): void {
    this.line.send(frame);
  }

  /** Somebody was told "not signed in" elsewhere. */
  doubtSession(): void {
    this.line.askAgain();
  }

  private hear(frame: Frame): void {
    this.listenForSilence();
    if (frame.type === "hello") this.greet(frame);
    else if (frame.type === "events") this.take(frame.events);
    this.options.onFrame?.(frame);
  }

  private greet({ you, seq, mode }: Frame & { type: "hello" }): void {
    if (you.id !== this.options.me) return this.end("somebody-else");
    this.told = seq;
    this.see(seq);
    this.rereading = mode === "reset";
    if (this.rereading) this.attempt(() => this.catchUp.readSnapshot());
    else if (you.role !== this.options.store.room.role) this.attempt(() => this.readRights());
  }

  private take(events: Event[]): void {
    this.told = Math.max(this.told, events.at(-1)?.seq ?? 0);
    this.see(this.told);
    this.attempt(async () => {
      if (this.catchUp.apply(events)) return;
      await this.catchUp.readJournal();
      this.catchUp.apply(events);
    });
  }

  private async readRights(): Promise<void> {
    this.options.store.describe(await this.options.api.room());
  }

  private startAfresh(): void {
    this.rereading = false;
    this.seen = this.options.store.seq;
    this.options.onSnapshot?.();
  }

  private attempt(job: () => Promise<void>): void {
    const { turn } = this.line;
    void this.inTurn(job).catch((problem: unknown) => turn === this.line.turn && this.line.doubt(problem));
  }

  /** One thing after another: what reads the journal must finish before what came later is applied. */
  private inTurn(job: () => Promise<void>): Promise<void> {
    const { turn } = this.line;
    const done = this.work.then(() => (turn === this.line.turn ? job() : undefined));
    this.work = done.catch(() => undefined).then(() => this.show());
    return done;
  }

  private listenForSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.check(), SILENCE * (1 + Math.random() / 4));
  }

  private check(): void {
    this.listenForSilence();
    if (document.hidden || this.line.state !== "open") return;
    this.attempt(async () => {
      await this.catchUp.readJournal();
      if (this.options.store.seq > this.told) this.line.renew();
    });
  }

  private end(ending: Ending): void {
    this.stop();
    this.options.onEnd(ending);
  }

  private see(seq: number): void {
    this.seen = Math.max(this.seen, seq);
    this.show();
  }

  private show(): void {
    this.missing = Math.max(0, this.seen - this.options.store.seq);
    const now = this.judge();
    if (now !== this.status && (now === "catching-up" || now === "reconnecting")) {
      this.noticeTimer ??= setTimeout(() => this.become(this.judge()), NOTICE);
    } else {
      this.become(now);
    }
  }

  private judge(): Status {
    const state: LineState = this.line.state;
    if (state !== "open") return state;
    return this.missing || this.rereading ? "catching-up" : "live";
  }

  private become(status: Status): void {
    clearTimeout(this.noticeTimer);
    this.noticeTimer = undefined;
    if (this.status === status && status !== "catching-up") return;
    this.status = status;
    this.changed();
  }
}
