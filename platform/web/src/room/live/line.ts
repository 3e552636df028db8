import { ApiError } from "../../api/client";
import type { ClientFrame, Frame } from "../../api/types";
import { waitBefore } from "./backoff";
import { adviceFor, waitAfter, type Advice } from "./closing";
import { watchDevice } from "./device";

export type LineState = "connecting" | "open" | "reconnecting" | "offline";
export type Ending = "signed-out" | "somebody-else" | "left";

/** Where packets vanish a handshake hangs for minutes. */
const GREETING_PATIENCE = 15_000;
/** A connection that lasted this long after its greeting was a good one: the next wait starts short again. */
const STEADY = 5_000;
/** After so many failed tries read the journal first: it says what a refused handshake cannot, and news still arrive. */
const TRIES_BEFORE_ASKING = 3;
/** Who has just changed the password is "not signed in" until the new cookie is here; only a second refusal is believed. */
const REFUSALS = 2;
/** A device that slept this long has lost its sockets, though the browser may not have noticed yet. */
const NAP = 30_000;
const NO_NETWORK_WAIT = 10;

interface Options {
  address: () => string;
  onFrame: (frame: Frame) => void;
  onChange: () => void;
  /** Reads the journal over HTTP; throws what the API answers. */
  ask: () => Promise<void>;
  /** The page is looked at again, and the socket may have missed something. */
  onShown: () => void;
  onEnd: (ending: Ending) => void;
}

/** One socket after another, for as long as the page is open. */
export class Line {
  state: LineState = "connecting";
  /** Counts sockets: what was begun with an earlier one is out of date. */
  turn = 0;

  private socket: WebSocket | null = null;
  private greetedAt: number | null = null;
  private attempt = 0;
  private refusals = 0;
  private mustAsk = false;
  private muted = false;
  private closed = false;
  private timer?: ReturnType<typeof setTimeout>;
  private unwatch = () => {};

  constructor(private readonly options: Options) {}

  open(): void {
    this.closed = false;
    this.unwatch = watchDevice({ back: this.comeBack, offline: this.goOffline, shown: this.wake });
    this.connect();
  }

  close(): void {
    this.closed = true;
    this.unwatch();
    this.drop();
  }

  /** What cannot be sent now is not sent at all: it would be old by the time it could be. */
  send(frame: ClientFrame): void {
    if (this.greetedAt !== null && !this.muted) this.socket?.send(JSON.stringify(frame));
  }

  /** Takes a fresh socket, because this one seems to be deaf. */
  renew(): void {
    this.connect();
    this.become("reconnecting");
  }

  /** Somebody heard "not signed in" from the API: is it so? */
  askAgain(): void {
    if (this.mustAsk || this.closed) return;
    this.mustAsk = true;
    this.retry();
  }

  /** Reading over HTTP failed, which says as much about the line as a close code. */
  doubt(problem: unknown): void {
    if (this.closed) return;
    const status = problem instanceof ApiError ? problem.status : 0;
    if (status === 403 || status === 404) return this.options.onEnd("left");
    if (status === 401 && ++this.refusals >= REFUSALS) return this.options.onEnd("signed-out");
    if (status === 401) this.mustAsk = true;
    this.retry();
  }

  private connect(): void {
    this.drop();
    const socket = new WebSocket(this.options.address(), "salon.v1");
    this.socket = socket;
    this.timer = setTimeout(() => this.retry(), GREETING_PATIENCE);
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.hear(JSON.parse(data as string) as Frame);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.lost(code);
    };
  }

  private drop(): void {
    this.turn++;
    clearTimeout(this.timer);
    this.greetedAt = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private hear(frame: Frame): void {
    if (frame.type !== "hello") return this.options.onFrame(frame);
    clearTimeout(this.timer);
    this.greetedAt ??= Date.now();
    this.refusals = 0;
    this.mustAsk = false;
    this.options.onFrame(frame);
    if (!this.closed) this.become("open");
  }

  private lost(code: number): void {
    const advice = adviceFor(code);
    if (advice === "stay away") return this.options.onEnd("left");
    if (advice === "ask") this.mustAsk = true;
    if (advice === "say nothing") this.mute(code);
    this.retry(advice);
  }

  /** Our own frames are not to the server's liking. Hearing matters more than being heard. */
  private mute(code: number): void {
    this.muted = true;
    console.error(`The server refused what this page sent (${code}); from now on it only listens.`);
  }

  private retry(advice: Advice = "come back"): void {
    if (this.greetedAt !== null && Date.now() - this.greetedAt > STEADY) this.attempt = 0;
    this.drop();
    this.become(navigator.onLine === false ? "offline" : "reconnecting");
    this.timer = setTimeout(() => void this.tryAgain(), waitAfter(advice, this.attempt++));
  }

  private async tryAgain(): Promise<void> {
    const { turn } = this;
    try {
      if (this.mustAsk || this.attempt >= TRIES_BEFORE_ASKING) await this.options.ask();
      if (turn === this.turn) this.connect();
    } catch (problem) {
      if (turn === this.turn) this.doubt(problem);
    }
  }

  private become(state: LineState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.onChange();
  }

  private comeBack = (): void => {
    this.attempt = 0;
    this.renew();
  };

  /** Devices are sometimes wrong about this, so it is tried all the same. */
  private goOffline = (): void => {
    this.drop();
    this.become("offline");
    this.timer = setTimeout(() => this.connect(), waitBefore(NO_NETWORK_WAIT));
  };

  private wake = (after: number): void => {
    if (!this.socket) this.comeBack();
    else if (after > NAP) this.renew();
    else this.options.onShown();
  };
}
