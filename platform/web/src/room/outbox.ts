import { ApiError, OfflineError, explain, type Api } from "../api/client";
import type { Comment } from "../api/types";
import { waitBefore } from "./live/backoff";
import { Observable } from "./observable";
import type { Change, PhotoChange } from "./store/pending";
import type { RoomStore } from "./store/store";
import { isTalk, settles, type Saying, type TalkChange } from "./talk/changes";
import { deliverTalk, type Addressee } from "./talk/delivery";

const KEY = "salon.outbox";
/** What a proxy says for a server that is away, and "too many". Another try can help. */
const PASSING = [429, 502, 503, 504];

interface Options extends Addressee {
  api: Pick<Api, "changePhoto" | "removePhoto" | "restorePhoto">;
  store: RoomStore;
  /** Whose changes these are, and where: what is kept over a reload belongs to nobody else. */
  owner: string;
  onRefused: (change: Change, problem: unknown) => void;
  onSignedOut: () => void;
}

/** My changes on their way to the room: on the screen at once, sent in order, kept while the server is away. */
export class Outbox extends Observable {
  changes: Change[];
  private sending: Change | null = null;
  private stalled: boolean;
  private held = false;
  private tries = 0;
  /** Number of the event of what I said last, which the store may not have heard of yet. */
  private said = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    super();
    this.changes = this.recall();
    this.stalled = this.open.length > 0;
    options.store.plan(this.changes);
    addEventListener("beforeunload", (leaving) => this.waiting && leaving.preventDefault());
  }

  /** How many changes could not be sent so far. */
  get waiting(): number {
    return this.stalled || this.held ? this.open.length : 0;
  }

  /** What is still to be sent. Of the rest the author decides. */
  private get open(): Change[] {
    return this.changes.filter((change) => change.kind !== "comment" || !change.refused);
  }

  add(change: Change): void {
    if (isTalk(change)) return this.addTalk(change);
    const at = this.changes.findLastIndex((earlier) => earlier !== this.sending && isReplaced(earlier, change));
    const earlier = this.changes[at];
    if (earlier?.kind === "removal") this.options.store.reveal(change.photo.id);
    const rest = this.changes.filter((other) => other !== earlier);
    if (!earlier) this.keep([...rest, change]);
    else if (earlier.kind === "removal" && !earlier.tried) this.keep(rest);
    else this.keep(rest.toSpliced(at, 0, { ...change, tried: earlier.tried }));
    void this.send();
  }

  /** Sends again what the room refused, or what waits. */
  sayAgain(saying: Saying): void {
    this.keep(this.changes.map((change) => (change === saying ? renew(saying) : change)));
    void this.send();
  }

  /** Takes back something said that has not been sent, or was refused. */
  unsay(saying: Saying): void {
    if (this.sending !== saying) this.keep(this.changes.filter((change) => change !== saying));
  }

  private addTalk(change: TalkChange): void {
    const settled = this.changes.findLast((one) => one !== this.sending && isTalk(one) && settles(one, change));
    const what = settled && settles(settled as TalkChange, change);
    const rest = this.changes.filter((one) => one !== settled);
    this.keep(what === "both" ? rest : [...rest, { ...change, tried: settled?.tried }]);
    void this.send();
  }

  /** While the device is offline nothing is tried. */
  hold(held: boolean): void {
    if (this.held === held) return;
    this.held = held;
    this.changed();
    if (!held) this.retry();
  }

  /** The server may be back. */
  retry(): void {
    clearTimeout(this.timer);
    void this.send();
  }

  private async send(): Promise<void> {
    for (let change = this.open[0]; !this.held && !this.sending && change; change = this.open[0]) {
      this.sending = change;
      const again = change.tried;
      change.tried = true;
      if (change.kind === "comment") change.seq ??= Math.max(this.options.store.seq, this.said);
      this.remember();
      const problem = await this.deliver(change, again).catch((cause: unknown) => cause ?? new Error());
      this.sending = null;
      if (isPassing(problem)) return this.stall(problem);
      this.tries = 0;
      if (problem) this.refuse(change, problem);
      if (problem && change.kind === "comment") this.keep(this.changes);
      else this.keep(this.changes.filter((other) => other !== change));
    }
  }

  private async deliver(change: Change, again = false): Promise<void> {
    const { api, store } = this.options;
    if (isTalk(change)) return deliverTalk(change, again, { ...this.options, onComment: this.hear });
    const { id } = change.photo;
    if (change.kind === "words") {
      store.merge(await api.changePhoto(id, { caption: change.caption, alt: change.alt }));
    } else if (change.kind === "removal") {
      store.hide(id);
      await api.removePhoto(id).catch((problem: unknown) => this.forgive(problem, true));
    } else {
      const photo = await api.restorePhoto(id).catch((problem: unknown) => this.forgive(problem, again));
      store.reveal(id);
      if (photo) store.merge(photo);
    }
  }

  private hear = (comment: Comment): void => {
    this.said = Math.max(this.said, comment.seq);
    this.options.onComment(comment);
  };

  /** "Not found" may mean that it is done already: by an earlier try whose answer was lost, or by somebody else. */
  private forgive(problem: unknown, likely: boolean): undefined {
    if (!likely || !(problem instanceof ApiError) || problem.status !== 404) throw problem;
  }

  private stall(problem: unknown): void {
    if (problem instanceof ApiError && problem.status === 401) this.options.onSignedOut();
    this.stalled = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), waitBefore(++this.tries));
    this.changed();
  }

  private refuse(change: Change, problem: unknown): void {
    if (change.kind === "removal") {
      this.options.store.reveal(change.photo.id);
      this.changes = this.changes.filter(({ kind, photo }) => kind !== "restoral" || photo.id !== change.photo.id);
    }
    if (change.kind === "comment") change.refused = explain(problem);
    this.options.onRefused(change, problem);
  }

  private keep(changes: Change[]): void {
    this.changes = changes;
    if (!this.open.length) this.stalled = false;
    this.options.store.plan(changes);
    this.remember();
    this.changed();
  }

  private get key(): string {
    return `${KEY}.${this.options.owner}`;
  }

  /** Browsers may refuse to store anything; then a reload forgets, and says so before. */
  private remember(): void {
    try {
      if (this.changes.length) sessionStorage.setItem(this.key, JSON.stringify(this.changes));
      else sessionStorage.removeItem(this.key);
    } catch {
      return;
    }
  }

  private recall(): Change[] {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "[]") as Change[];
    } catch {
      return [];
    }
  }
}

function renew(saying: Saying): Saying {
  return { ...saying, refused: undefined, tried: undefined, seq: undefined };
}

/** Words that wait give way to newer ones, and a removal that waits to its undo. */
function isReplaced(earlier: Change, { kind, photo }: PhotoChange): boolean {
  if (earlier.photo.id !== photo.id) return false;
  return (kind === "words" && earlier.kind === "words") || (kind === "restoral" && earlier.kind === "removal");
}

function isPassing(problem: unknown): boolean {
  if (problem instanceof OfflineError) return true;
  return problem instanceof ApiError && (problem.status === 401 || PASSING.includes(problem.status));
}
