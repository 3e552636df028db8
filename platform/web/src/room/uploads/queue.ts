import { Observable } from "../observable";
import type { Shortage } from "./checks";
import type { Pace } from "./pace";
import { Sender, type SenderOptions } from "./sender";
import { isSameFile, isUnfinished, makeUpload, type Upload } from "./upload";

const EMPTY = { state: "failed", message: "This file is empty. Please choose another." } as const;

interface Options extends SenderOptions {
  /** Has the server forget an upload. */
  end: (remote: string) => Promise<void>;
}

/** What a person can do with the files they add, and how far those have come. */
export class UploadQueue extends Observable {
  private readonly sender: Sender;

  constructor(private readonly options: Options) {
    super();
    this.sender = new Sender(options);
    options.list.subscribe(() => this.changed());
    addEventListener("online", () => this.resume());
    addEventListener("beforeunload", (leaving) => this.isAtRisk && leaving.preventDefault());
  }

  get uploads(): Upload[] {
    return this.options.list.all;
  }

  get pace(): Pace {
    return this.sender.pace;
  }

  get held(): boolean {
    return this.sender.held;
  }

  get shortage(): Shortage | null {
    return this.options.checks.shortage;
  }

  /** Photos that tell their place and wait for a word whether the room may know it. */
  get asked(): Upload[] {
    return this.uploads.filter((upload) => this.options.checks.isAsked(upload));
  }

  /** How many uploads the connection keeps waiting. */
  get waiting(): number {
    const waits = (upload: Upload) =>
      upload.state === "stalled" || (this.held && isUnfinished(upload) && upload.state !== "paused");
    return this.uploads.filter(waits).length;
  }

  /** Whether closing the page would lose something. */
  private get isAtRisk(): boolean {
    return this.uploads.some((upload) => isUnfinished(upload) && !upload.kept);
  }

  hold(held: boolean): void {
    if (this.held === held) return;
    this.sender.held = held;
    this.changed();
    if (!held) this.resume();
  }

  /** The server may be back. */
  resume(): void {
    this.sender.resume();
  }

  /** What the room hands out of an original has changed. */
  reconsider(): void {
    this.changed();
    this.sender.fill();
  }

  add(files: Iterable<File>): void {
    const { list, keeper } = this.options;
    const underWay = this.uploads.filter(isUnfinished);
    const fresh = [...files].filter((file) => !underWay.some((upload) => isSameFile(upload.file, file)));
    const added = fresh.map((file) => makeUpload(file, file.size ? { remote: keeper.recall(file) } : EMPTY));
    list.add(added);
    void keeper.keep(added.filter(isUnfinished));
    this.begin(added.filter(isUnfinished));
  }

  /** Goes on with what an earlier visit left. */
  takeUp(uploads: Upload[]): void {
    this.options.list.add(uploads);
    this.begin(uploads);
  }

  retry(ids: string[]): void {
    const { list, checks } = this.options;
    const again = ids.flatMap((id) => list.get(id) ?? []).filter(({ retryable }) => retryable);
    checks.shortage = null;
    for (const { id } of again) list.set(id, { state: "waiting", message: "", retryable: false });
    this.begin(again);
  }

  pause(ids: string[]): void {
    for (const id of ids) {
      const upload = this.options.list.get(id);
      if (!upload || !isUnfinished(upload)) continue;
      this.sender.stop(id);
      this.options.list.set(id, { state: "paused", message: "", rate: 0 });
      void this.options.keeper.note(id, { paused: true });
    }
    this.sender.fill();
  }

  unpause(ids: string[]): void {
    for (const id of ids) {
      if (this.options.list.get(id)?.state !== "paused") continue;
      this.options.list.set(id, { state: "waiting" });
      void this.options.keeper.note(id, { paused: false });
    }
    this.sender.fill();
  }

  /** Gives them up, here and on the server. One that cannot be reached lets go of them by itself after a while. */
  cancel(ids: string[]): void {
    const { list, end } = this.options;
    for (const id of ids) {
      this.sender.stop(id);
      const remote = list.get(id)?.remote;
      if (remote) void end(remote).catch(() => undefined);
    }
    this.drop(ids);
    this.sender.fill();
  }

  /** The room may know where these were taken. */
  agree(): void {
    this.options.checks.agree(this.asked);
    this.reconsider();
  }

  /** Forgets what is finished, well or not. */
  dismiss(): void {
    this.options.checks.shortage = null;
    this.drop(this.uploads.filter((upload) => !isUnfinished(upload)).map(({ id }) => id));
  }

  private begin(uploads: Upload[]): void {
    void this.options.checks.begin(uploads).then(() => this.sender.fill());
    this.sender.fill();
  }

  private drop(ids: string[]): void {
    const dropped = new Set(ids);
    this.options.list.drop(({ id }) => dropped.has(id));
    void this.options.keeper.forget(ids);
  }
}
