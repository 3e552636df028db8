import { ApiError } from "../../api/client";
import { waitBefore } from "../live/backoff";
import type { Checks } from "./checks";
import type { Keeper } from "./keeper";
import type { UploadList } from "./list";
import { Pace } from "./pace";
import { honestName } from "./sniff";
import { GoneError, PassingError, type Parcel, type Progress, type Sent } from "./transfer";
import type { Upload } from "./upload";

const AT_ONCE = 3;
/** A file that the server stumbles over so often must not keep on taking a turn. */
const MOST_TRIES = 6;
/** These concern one upload alone; what else passes by itself is a matter of the line or of the whole server. */
const OWN_TROUBLE = [408, 409, 423, 460, 500];
const UNREADABLE = "This file could not be read. Please choose it again.";
const TROUBLE = "The server is having trouble with this file. Please try again later.";

export interface SenderOptions {
  list: UploadList;
  checks: Checks;
  keeper: Keeper;
  send: (parcel: Parcel, progress: Progress, signal: AbortSignal) => Promise<Sent>;
  /** A photo has come of the upload; null when the server did not name it. */
  onSent: (remote: string, photo: string | null) => void;
  onSignedOut: () => void;
}

interface Trouble {
  tries: number;
  /** Those of them that nothing but this upload was to blame for. */
  own: number;
  /** Bytes that had got through when it began. */
  furthest: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** Keeps three uploads going. What a lost line or a busy server interrupts is taken up again by itself. */
export class Sender {
  /** While the device is offline nothing is tried. */
  held = false;
  readonly pace = new Pace();
  private readonly aborts = new Map<string, AbortController>();
  private readonly troubles = new Map<string, Trouble>();
  /** Milliseconds since 1970: the line or the server needs a rest until then. */
  private restUntil = 0;
  private restTimer?: ReturnType<typeof setTimeout>;
  private gone = 0;

  constructor(private readonly options: SenderOptions) {}

  /** The server may be back. */
  resume(): void {
    this.restUntil = 0;
    for (const { id, state } of this.options.list.all) if (state === "stalled") this.release(id);
    this.fill();
  }

  /** Begins what may begin. */
  fill(): void {
    const { list, checks } = this.options;
    void checks.compare();
    let free = AT_ONCE - list.all.filter(({ state }) => state === "sending").length;
    if (free === AT_ONCE) this.pace.rest();
    for (const upload of list.all) {
      if (this.held || Date.now() < this.restUntil || free <= 0) return;
      if (upload.state !== "waiting" || !checks.maySend(upload)) continue;
      free--;
      list.set(upload.id, { state: "sending", message: "" });
      void this.run(upload);
    }
  }

  /** Breaks off without a word to the server, which keeps what it has. */
  stop(id: string): void {
    this.aborts.get(id)?.abort();
    this.forget(id);
  }

  private async run({ id, file, remote }: Upload): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(id, abort);
    const onSent = this.counterOf(id);
    const progress: Progress = {
      onBegun: (begun) => !abort.signal.aborted && this.note(id, begun),
      onSent: (bytes) => !abort.signal.aborted && onSent(bytes),
    };
    try {
      const name = await honestName(file);
      abort.signal.throwIfAborted();
      const sent = await this.options.send({ file, name, remote }, progress, abort.signal);
      if (!abort.signal.aborted) this.finish(id, sent);
    } catch (problem) {
      if (!abort.signal.aborted) await this.handle(id, problem, file);
    } finally {
      if (this.aborts.get(id) === abort) this.aborts.delete(id);
      this.fill();
    }
  }

  private note(id: string, remote: string | null): void {
    if (this.options.list.get(id)?.remote === remote) return;
    this.options.list.set(id, { remote });
    void this.options.keeper.note(id, { remote });
  }

  /** What an earlier try sent says nothing about the line of now, so counting begins with the first number told. */
  private counterOf(id: string): (bytes: number) => void {
    const pace = new Pace();
    let last: number | null = null;
    return (bytes) => {
      pace.note(bytes);
      this.gone += Math.max(0, bytes - (last ?? bytes));
      this.pace.note(this.gone);
      last = bytes;
      this.options.list.set(id, { sent: bytes, rate: pace.rate() });
    };
  }

  private finish(id: string, { photo, already }: Sent): void {
    const { list, keeper, onSent } = this.options;
    const upload = list.get(id);
    if (!upload) return;
    list.set(id, { state: already ? "already" : "done", sent: upload.file.size, rate: 0 });
    this.forget(id);
    void keeper.forget([id]);
    if (upload.remote && !already) onSent(upload.remote, photo);
  }

  private async handle(id: string, problem: unknown, file: File): Promise<void> {
    if (problem instanceof GoneError) {
      this.note(id, null);
      this.stall(id, "", 0, true);
      return void this.options.checks.begin(this.options.list.all.filter((upload) => upload.id === id));
    }
    if (!(problem instanceof PassingError)) return this.fail(id, problem);
    const { status, message, wait } = problem;
    if (!status && !(await isReadable(file))) return this.fail(id, null);
    if (status === 401) this.options.onSignedOut();
    this.stall(id, message, wait * 1000, OWN_TROUBLE.includes(status));
  }

  private stall(id: string, message: string, least: number, own: boolean): void {
    const upload = this.options.list.get(id);
    if (upload?.state !== "sending") return;
    const before = this.troubles.get(id);
    const again = before && upload.sent <= before.furthest;
    const trouble: Trouble = again ? before : { tries: 0, own: 0, furthest: upload.sent };
    if (own && ++trouble.own >= MOST_TRIES) return this.fail(id, new ApiError(500, "unknown", TROUBLE));
    const wait = Math.ceil(Math.max(least, waitBefore(trouble.tries++)));
    // In this order, so that what was interrupted goes before what has not begun.
    trouble.timer = setTimeout(() => this.release(id), wait);
    if (!own) this.rest(wait);
    this.troubles.set(id, trouble);
    this.options.list.set(id, { state: "stalled", message, rate: 0 });
  }

  /** Nothing new begins meanwhile: it would only meet the same trouble. */
  private rest(wait: number): void {
    const until = Date.now() + wait;
    if (until <= this.restUntil) return;
    this.restUntil = until;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.fill(), wait);
  }

  private fail(id: string, problem: unknown): void {
    const known = problem instanceof ApiError ? problem : null;
    const retryable = known !== null && (known.status >= 500 || ["quota", "csrf"].includes(known.code));
    this.options.list.set(id, { state: "failed", message: known?.message ?? UNREADABLE, retryable, rate: 0 });
    this.forget(id);
    if (!retryable) void this.options.keeper.forget([id]);
  }

  private release(id: string): void {
    clearTimeout(this.troubles.get(id)?.timer);
    if (this.options.list.get(id)?.state === "stalled") this.options.list.set(id, { state: "waiting", message: "" });
    this.fill();
  }

  private forget(id: string): void {
    clearTimeout(this.troubles.get(id)?.timer);
    this.troubles.delete(id);
  }
}

/** A file that was moved or deleted since it was chosen looks like a lost line. */
async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}
