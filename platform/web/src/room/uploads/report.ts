import type { ClientFrame, Sketch } from "../../api/types";
import type { Upload, UploadQueue } from "./queue";
import { makeSketch } from "./sketch";

/** Between two frames. */
const PAUSE = 500;
/** The server forgets what it has not heard of for 30 seconds. */
const REPEAT = 8_000;
const MOST = 20;

interface Options {
  queue: UploadQueue;
  send: (frame: ClientFrame) => void;
  mayUpload: () => boolean;
  sketch?: typeof makeSketch;
}

/** Tells the room what this tab is sending, so that others see it coming. */
export class UploadReport {
  private readonly tab = Math.random().toString(36).slice(2, 10);
  private readonly sketch: typeof makeSketch;
  private sketches = new Map<number, Sketch>();
  private begun = new Set<number>();
  private drawing: Promise<void> = Promise.resolve();
  private last = "[]";
  private lastAt = -Infinity;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    this.sketch = options.sketch ?? makeSketch;
    options.queue.subscribe(() => this.refresh());
  }

  /** A new connection has heard nothing yet. */
  restart(): void {
    this.last = "[]";
    this.refresh();
  }

  private refresh(): void {
    for (const upload of this.sending) this.draw(upload);
    clearTimeout(this.timer);
    const wait = this.lastAt + PAUSE - Date.now();
    if (wait > 0) this.timer = setTimeout(() => this.tell(), wait);
    else this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    const uploads = this.describe();
    const text = JSON.stringify(uploads);
    if (text !== this.last || (uploads.length && Date.now() - this.lastAt >= REPEAT)) {
      this.options.send({ type: "upload", uploads });
      this.last = text;
      this.lastAt = Date.now();
    }
    if (uploads.length) this.timer = setTimeout(() => this.tell(), this.lastAt + REPEAT - Date.now());
  }

  /** What is under way, and drawn: a tile that changed its shape later would push the others about. */
  private describe(): (ClientFrame & { type: "upload" })["uploads"] {
    if (!this.options.mayUpload()) return [];
    const drawn = this.sending.filter(({ id }) => this.sketches.has(id));
    const inFlightFirst = drawn.sort((a, b) => Number(b.state === "sending") - Number(a.state === "sending"));
    return inFlightFirst.slice(0, MOST).map(({ id, progress }) => ({
      id: `${this.tab}-${id}`,
      progress: Math.round(progress * 100) / 100,
      ...this.sketches.get(id),
    }));
  }

  private get sending(): Upload[] {
    return this.options.queue.uploads.filter(({ state }) => state === "sending" || state === "paused");
  }

  /** One after another: a phone has no memory for three large pictures at once. */
  private draw({ id, file }: Upload): void {
    if (this.begun.has(id)) return;
    this.begun.add(id);
    this.drawing = this.drawing.then(async () => {
      if (!this.sending.some((upload) => upload.id === id)) return;
      this.sketches.set(id, await this.sketch(file));
      this.refresh();
    });
  }
}
