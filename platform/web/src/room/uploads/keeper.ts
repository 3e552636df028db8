import type { UploadList } from "./list";
import { Shelf, type KeptUpload } from "./shelf";
import type { Tab } from "./tabs";
import { isSameFile, isUnfinished, makeUpload, type Upload } from "./upload";

/** Longer than the server waits for the rest of an upload; the photos themselves are still where they were chosen. */
const KEPT_DAYS = 14;
const DAY = 86_400_000;

export interface Owner {
  person: string;
  room: string;
}

/** Has the browser keep the list, and takes up again what an earlier visit left. Where nothing is kept, all goes on in memory. */
export class Keeper {
  private shelf: Shelf | null = null;
  /** Uploads whose file could not be stored: chosen again, they go on where they were. */
  private fileless: KeptUpload[] = [];
  private awaited = new Set<string>();
  private storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly list: UploadList,
    private readonly tab: Tab,
    private readonly owner: Owner,
    private readonly onFound: (uploads: Upload[]) => void,
  ) {}

  /** What is added meanwhile is stored after that. */
  open(open = () => Shelf.open()): Promise<void> {
    this.storing = this.begin(open).catch(() => undefined);
    return this.storing;
  }

  private async begin(open: () => Promise<Shelf>): Promise<void> {
    this.shelf = await open().catch(() => null);
    const oldest = Date.now() - KEPT_DAYS * DAY;
    await this.shelf?.purge(this.owner.person, oldest).catch(() => undefined);
    await this.takeOver();
  }

  /** The upload that was begun for this file in an earlier visit, if there is one. */
  recall(file: File): string | null {
    const before = this.fileless.find((kept) => isSameFile(kept, file));
    if (!before) return null;
    this.fileless = this.fileless.filter((kept) => kept !== before);
    void this.forget([before.id]);
    return before.remote;
  }

  /** One file after another: a phone's photos together may be larger than its memory. */
  keep(uploads: Upload[]): Promise<void> {
    const at = Date.now();
    const rows = uploads.map((upload, place) => this.rowOf(upload, at, place));
    this.storing = this.storing.then(() => this.store(rows)).catch(() => undefined);
    return this.storing;
  }

  async note(id: string, change: Pick<KeptUpload, "remote"> | Pick<KeptUpload, "paused">): Promise<void> {
    await this.shelf?.change(id, change).catch(() => undefined);
  }

  async forget(ids: string[]): Promise<void> {
    await this.shelf?.remove(ids).catch(() => undefined);
  }

  private rowOf({ id, file, remote, state }: Upload, at: number, place: number): KeptUpload {
    const { name, type, size, lastModified } = file;
    const { person, room } = this.owner;
    const whose = { owner: person, room, tab: this.tab.id };
    return { id, ...whose, at, place, name, type, size, lastModified, remote, paused: state === "paused" };
  }

  private async store(rows: KeptUpload[]): Promise<void> {
    const { shelf, list } = this;
    if (!shelf) return;
    try {
      await shelf.put(rows.filter(({ id }) => this.isWanted(id)).map((row) => ({ ...row, ...this.newsOf(row) })));
      for (const { id } of rows) {
        const upload = list.get(id);
        if (!upload || !this.isWanted(id)) continue;
        await shelf.putFile(id, upload.file);
        list.set(id, { kept: true });
      }
    } finally {
      // What was finished or given up while it was being stored.
      await this.forget(rows.map(({ id }) => id).filter((id) => !this.isWanted(id)));
    }
  }

  private isWanted(id: string): boolean {
    const upload = this.list.get(id);
    return upload !== undefined && (isUnfinished(upload) || upload.retryable);
  }

  private newsOf({ id }: KeptUpload): Partial<KeptUpload> {
    const upload = this.list.get(id)!;
    return { remote: upload.remote, paused: upload.state === "paused" };
  }

  /** Takes what no open tab tends, and the rest when its tab is closed. */
  private async takeOver(): Promise<void> {
    const { shelf, tab, owner } = this;
    if (!shelf) return;
    const mine = await tab.alone(async (isOpen) => {
      const rows = await shelf.list(owner.person, owner.room);
      for (const other of new Set(rows.map((row) => row.tab))) if (isOpen(other)) this.await(other);
      const left = rows.filter((row) => !isOpen(row.tab));
      await shelf.put(left.map((row) => ({ ...row, tab: tab.id })));
      return left;
    });
    const found: Upload[] = [];
    for (const row of mine) {
      const file = await shelf.file(row);
      if (file) found.push(restored(row, file));
      else this.fileless.push(row);
    }
    if (found.length) this.onFound(found);
  }

  private await(tab: string): void {
    if (tab === this.tab.id || this.awaited.has(tab)) return;
    this.awaited.add(tab);
    void this.tab.closes(tab).then(() => this.takeOver().catch(() => undefined));
  }
}

function restored({ id, remote, paused }: KeptUpload, file: File): Upload {
  return makeUpload(file, { id, remote, kept: true, state: paused ? "paused" : "waiting" });
}
