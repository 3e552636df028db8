import type { ClientFrame, ReportedUpload } from "../../api/types";
import type { Previews } from "./previews";
import type { UploadQueue } from "./queue";
import { shareOf } from "./upload";

/** Between two frames. */
const PAUSE = 500;
/** The server forgets what it has not heard of for 30 seconds. */
const REPEAT = 8_000;
const MOST = 20;
const UNDER_WAY = ["sending", "stalled", "paused"];

interface Options {
  queue: UploadQueue;
  previews: Previews;
  send: (frame: ClientFrame) => void;
  mayUpload: () => boolean;
}

/** Tells the room what this tab is sending, so that others see it coming. */
export class UploadReport {
  private last = "[]";
  private lastAt = -Infinity;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    options.queue.subscribe(() => this.refresh());
    options.previews.subscribe(() => this.refresh());
  }

  /** A new connection has heard nothing yet. */
  restart(): void {
    this.last = "[]";
    this.refresh();
  }

  private refresh(): void {
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
  private describe(): ReportedUpload[] {
    const { queue, previews, mayUpload } = this.options;
    if (!mayUpload()) return [];
    const drawn = queue.uploads.filter(
      ({ id, state, remote }) => remote && UNDER_WAY.includes(state) && previews.get(id),
    );
    const inFlightFirst = drawn.sort((a, b) => Number(b.state === "sending") - Number(a.state === "sending"));
    return inFlightFirst.slice(0, MOST).map((upload) => ({
      id: upload.remote!,
      progress: Math.round(shareOf(upload) * 100) / 100,
      ...previews.get(upload.id)!.sketch,
      ...(previews.isShown(upload) && { preview: true }),
    }));
  }
}
