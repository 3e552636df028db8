import { Observable } from "../observable";
import type { Upload } from "./upload";

/** Progress comes with every packet; more often than this nobody can read it. */
const PROGRESS_EVERY = 250;
const QUIET: (keyof Upload)[] = ["sent", "rate", "kept", "located"];

/** The files of a visit, in the order in which they were added. Progress is told a few times a second, all else at once. */
export class UploadList extends Observable {
  private entries = new Map<string, Upload>();
  private ordered: Upload[] | null = null;
  private timer?: ReturnType<typeof setTimeout>;

  get all(): Upload[] {
    return (this.ordered ??= [...this.entries.values()]);
  }

  get(id: string): Upload | undefined {
    return this.entries.get(id);
  }

  add(uploads: Upload[]): void {
    for (const upload of uploads) this.entries.set(upload.id, upload);
    this.tell();
  }

  set(id: string, change: Partial<Upload>): void {
    const upload = this.entries.get(id);
    if (!upload) return;
    this.entries.set(id, { ...upload, ...change });
    this.ordered = null;
    if (Object.keys(change).some((key) => !QUIET.includes(key as keyof Upload))) this.tell();
    else this.timer ??= setTimeout(() => this.tell(), PROGRESS_EVERY);
  }

  drop(isDropped: (upload: Upload) => boolean): void {
    for (const upload of this.all) if (isDropped(upload)) this.entries.delete(upload.id);
    this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.ordered = null;
    this.changed();
  }
}
