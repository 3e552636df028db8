import { ApiError, OfflineError } from "../../api/client";
import type { Photo } from "../../api/types";
import { waitBefore } from "../live/backoff";
import { Observable } from "../observable";
import { honestName } from "./sniff";
import { PassingError, SlowDownError, sendFile, type Target } from "./transfer";

const AT_ONCE = 3;
const LARGEST = 50 * 1024 * 1024;

export type UploadState = "waiting" | "sending" | "paused" | "done" | "already" | "failed";

export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly state: UploadState;
  /** From 0 to 1. */
  readonly progress: number;
  readonly message: string;
  /** Whether sending the same file again can help. */
  readonly retryable: boolean;
}

interface Options {
  target: Target;
  send?: typeof sendFile;
  onPhoto: (photo: Photo) => void;
  onSignedOut: () => void;
}

/** Sends files three at a time. What a lost line or a busy server interrupts is taken up again by itself. */
export class UploadQueue extends Observable {
  uploads: Upload[] = [];
  /** While the device is offline nothing is tried. */
  held = false;

  private count = 0;
  private tries = new Map<number, number>();
  private aborts = new Map<number, AbortController>();
  private timers = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly send: typeof sendFile;

  constructor(private readonly options: Options) {
    super();
    this.send = options.send ?? sendFile;
    addEventListener("online", () => this.resume());
    addEventListener("beforeunload", (leaving) => this.isBusy && leaving.preventDefault());
  }

  get isBusy(): boolean {
    return this.uploads.some(({ state }) => isUnfinished(state));
  }

  /** How many uploads the connection keeps waiting. */
  get waiting(): number {
    return this.uploads.filter(({ state }) => state === "paused" || (this.held && isUnfinished(state))).length;
  }

  hold(held: boolean): void {
    if (this.held === held) return;
    this.held = held;
    this.changed();
    if (!held) this.resume();
  }

  /** The server may be back. */
  resume(): void {
    for (const { id, state } of this.uploads) if (state === "paused") this.release(id);
    this.fill();
  }

  add(files: Iterable<File>): void {
    const added = [...files].map((file) => this.judge(file));
    this.uploads = [...this.uploads, ...added];
    this.changed();
    this.fill();
  }

  retry(id: number): void {
    this.tries.delete(id);
    this.set(id, { state: "waiting", progress: 0, message: "" });
    this.fill();
  }

  cancel(id: number): void {
    clearTimeout(this.timers.get(id));
    this.aborts.get(id)?.abort();
    this.uploads = this.uploads.filter((upload) => upload.id !== id);
    this.changed();
    this.fill();
  }

  cancelAll(): void {
    for (const { id, state } of this.uploads) if (isUnfinished(state)) this.cancel(id);
  }

  /** Forgets what is finished, well or not. */
  dismiss(): void {
    this.uploads = this.uploads.filter(({ state }) => isUnfinished(state));
    this.changed();
  }

  private judge(file: File): Upload {
    const upload: Upload = { id: ++this.count, file, state: "waiting", progress: 0, message: "", retryable: false };
    if (file.size > LARGEST) {
      return { ...upload, state: "failed", message: "This file is over 50 MB. Please choose a smaller version." };
    }
    if (file.size === 0) return { ...upload, state: "failed", message: "This file is empty. Please choose another." };
    return upload;
  }

  private fill(): void {
    while (!this.held && this.uploads.filter(({ state }) => state === "sending").length < AT_ONCE) {
      const next = this.uploads.find(({ state }) => state === "waiting");
      if (!next) return;
      this.set(next.id, { state: "sending", progress: 0, message: "" });
      void this.run(next);
    }
  }

  private async run({ id, file }: Upload): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(id, abort);
    try {
      const name = await honestName(file);
      const onProgress = (progress: number) => this.set(id, { progress });
      const { photo, already } = await this.send(this.options.target, file, name, onProgress, abort.signal);
      // After a lost line the first try may have arrived: then "already here" is our own photo.
      const ours = this.tries.has(id);
      this.set(id, { state: already && !ours ? "already" : "done", progress: 1 });
      this.options.onPhoto(photo);
    } catch (problem) {
      if (!abort.signal.aborted) this.handle(id, problem);
    } finally {
      this.aborts.delete(id);
      this.fill();
    }
  }

  private handle(id: number, problem: unknown): void {
    if (problem instanceof SlowDownError) return this.pause(id, problem.seconds * 1000, "Waiting for the server…");
    const signedOut = problem instanceof ApiError && problem.status === 401;
    if (signedOut) this.options.onSignedOut();
    if (signedOut || problem instanceof OfflineError || problem instanceof PassingError) {
      const tries = this.tries.get(id) ?? 0;
      this.tries.set(id, tries + 1);
      return this.pause(id, waitBefore(tries + 1), "Waiting for the connection…");
    }
    if (!(problem instanceof ApiError)) {
      return this.set(id, { state: "failed", message: "This file could not be read. Please choose it again." });
    }
    this.set(id, { state: "failed", message: problem.message, retryable: problem.status >= 500 });
  }

  private pause(id: number, wait: number, message: string): void {
    this.set(id, { state: "paused", progress: 0, message });
    this.timers.set(
      id,
      setTimeout(() => this.release(id), wait),
    );
  }

  private release(id: number): void {
    clearTimeout(this.timers.get(id));
    this.set(id, { state: "waiting", message: "" });
    this.fill();
  }

  private set(id: number, change: Partial<Upload>): void {
    this.uploads = this.uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
    this.changed();
  }
}

export function isUnfinished(state: UploadState): boolean {
  return state === "waiting" || state === "sending" || state === "paused";
}
