import { openDB, type DBSchema, type IDBPDatabase } from "idb";

/** What the browser keeps of an upload besides its file. */
export interface KeptUpload {
  id: string;
  /** Whose it is: it is never resumed for anybody else. */
  owner: string;
  room: string;
  /** The tab that tends it. */
  tab: string;
  /** Milliseconds since 1970, and the place among those added together. */
  at: number;
  place: number;
  name: string;
  type: string;
  size: number;
  lastModified: number;
  remote: string | null;
  paused: boolean;
}

interface Schema extends DBSchema {
  uploads: { key: string; value: KeptUpload };
  // Apart from what changes, so that a change does not write the file again.
  files: { key: string; value: Blob };
}

/** Files and their state in the browser's own database, where they outlive the page and the computer's power. */
export class Shelf {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  /** Rejects where the browser stores nothing, as some do in private windows. */
  static async open(): Promise<Shelf> {
    const database = await openDB<Schema>("salon-uploads", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("uploads", { keyPath: "id" });
        fresh.createObjectStore("files");
      },
      blocking: (_now, _next, { target }) => (target as IDBDatabase).close(),
    });
    return new Shelf(database);
  }

  /** In the order in which they were added. */
  async list(owner: string, room: string): Promise<KeptUpload[]> {
    const all = await this.database.getAll("uploads");
    return all
      .filter((upload) => upload.owner === owner && upload.room === room)
      .sort((a, b) => a.at - b.at || a.place - b.place);
  }

  async put(uploads: KeptUpload[]): Promise<void> {
    const transaction = this.database.transaction("uploads", "readwrite");
    await Promise.all([...uploads.map((upload) => transaction.store.put(upload)), transaction.done]);
  }

  /** Rejects when the disk or the browser's allowance is full. */
  async putFile(id: string, file: Blob): Promise<void> {
    await this.database.put("files", file, id);
  }

  /** The file under its old name, or undefined when it could not be stored. Nothing is read yet. */
  async file({ id, name, type, lastModified }: KeptUpload): Promise<File | undefined> {
    const blob = await this.database.get("files", id);
    return blob && new File([blob], name, { type, lastModified });
  }

  async change(id: string, change: Partial<KeptUpload>): Promise<void> {
    const transaction = this.database.transaction("uploads", "readwrite");
    const upload = await transaction.store.get(id);
    if (upload) await transaction.store.put({ ...upload, ...change });
    await transaction.done;
  }

  async remove(ids: string[]): Promise<void> {
    const transaction = this.database.transaction(["uploads", "files"], "readwrite");
    const removals = ids.flatMap((id) => [
      transaction.objectStore("uploads").delete(id),
      transaction.objectStore("files").delete(id),
    ]);
    await Promise.all([...removals, transaction.done]);
  }

  /** Lets go of what is somebody else's, and of what was added before `oldest`. */
  async purge(owner: string, oldest: number): Promise<void> {
    const all = await this.database.getAll("uploads");
    const gone = all.filter((upload) => upload.owner !== owner || upload.at < oldest).map(({ id }) => id);
    if (gone.length) await this.remove(gone);
  }
}
