import type { Api } from "../../api/client";
import type { Originals } from "../../api/types";
import { nameSize } from "../ui/sizes";
import { hashOf } from "./hash";
import type { UploadList } from "./list";
import { holdsPlace } from "./place/place";
import { isUnfinished, type Upload } from "./upload";

/** Few enough that the first photo is on its way at once. */
const BATCH = 6;
/** So many are ready to be sent before the next ones are looked at. */
const AHEAD = 3;
const NO_SPACE = "No space left";

/** More was chosen than there is space for; sizes in bytes. */
export interface Shortage {
  photos: number;
  need: number;
  left: number;
  /** How many of them fit. */
  fit: number;
}

interface Options {
  list: UploadList;
  api: Pick<Api, "uploads" | "knownPhotos">;
  /** What the room hands out of an original. */
  originals: () => Originals;
  /** Something may be sent, or be done with, that could not before. */
  onPassed: () => void;
  hash?: typeof hashOf;
  look?: typeof holdsPlace;
}

/** What is found out about a file before it is sent: is it small enough, is there space, is it in the room, does it tell a place. */
export class Checks {
  shortage: Shortage | null = null;
  private weighed = new Set<string>();
  private passed = new Set<string>();
  /** Places that may be told, in a room that hands out originals as they came. */
  private agreed = new Set<string>();
  private weighing: Promise<void> = Promise.resolve();
  private comparing = false;
  private looking = false;

  constructor(private readonly options: Options) {}

  maySend(upload: Upload): boolean {
    if (upload.remote) return true;
    return this.passed.has(upload.id) && !this.isAsked(upload) && (this.mayTell(upload) || upload.located === false);
  }

  /** Whether the person must say first if the room may know where this photo was taken. */
  isAsked(upload: Upload): boolean {
    return upload.located === true && isUnfinished(upload) && !upload.remote && !this.mayTell(upload);
  }

  agree(uploads: Upload[]): void {
    for (const { id } of uploads) this.agreed.add(id);
  }

  /** Begins with what is new or is tried again. */
  async begin(uploads: Upload[]): Promise<void> {
    for (const { id } of uploads) if (this.weighed.delete(id)) this.passed.delete(id);
    void this.lookForPlaces();
    this.weighing = this.weighing.then(() => this.weigh());
    await this.weighing;
    await this.compare();
  }

  /** Looks at the next ones when few are ready. */
  async compare(): Promise<void> {
    if (this.comparing) return;
    this.comparing = true;
    for (let batch = this.nextBatch(); batch.length; batch = this.nextBatch()) {
      await this.findTwins(batch);
      this.options.onPassed();
    }
    this.comparing = false;
  }

  private mayTell({ id }: Upload): boolean {
    return this.options.originals() !== "as_is" || this.agreed.has(id);
  }

  /** Without an answer the server says itself, file by file, what is too much. */
  private async weigh(): Promise<void> {
    const { list, api } = this.options;
    const limits = await api.uploads().catch(() => null);
    const waiting = list.all.filter((upload) => isUnfinished(upload) && !upload.remote);
    if (limits) {
      const fitting = waiting.filter((upload) => !this.refuse(upload, limits.largest));
      if (limits.left !== null) this.share(fitting, limits.left);
    }
    for (const { id } of waiting) this.weighed.add(id);
  }

  private refuse({ id, file }: Upload, largest: number): boolean {
    if (file.size <= largest) return false;
    const message = `This file is ${nameSize(file.size)}, and at most ${nameSize(largest)} can be added. Please choose a smaller version.`;
    this.options.list.set(id, { state: "failed", message, retryable: false });
    return true;
  }

  private share(uploads: Upload[], left: number): void {
    const need = uploads.reduce((sum, { file }) => sum + file.size, 0);
    if (need <= left) return;
    let space = left;
    const outside = uploads.filter(({ file }) => {
      if (file.size > space) return true;
      space -= file.size;
      return false;
    });
    this.shortage = { photos: uploads.length, need, left, fit: uploads.length - outside.length };
    for (const { id } of outside) this.options.list.set(id, { state: "failed", message: NO_SPACE, retryable: true });
  }

  private nextBatch(): Upload[] {
    const next = this.options.list.all.filter(({ id, state }) => state === "waiting" && this.weighed.has(id));
    const ready = next.filter(({ id, remote }) => remote || this.passed.has(id));
    if (ready.length >= AHEAD) return [];
    return next.filter(({ id, remote }) => !remote && !this.passed.has(id)).slice(0, BATCH);
  }

  /** What the room has is not sent again. When that cannot be found out, the server does so after the last byte. */
  private async findTwins(batch: Upload[]): Promise<void> {
    const { list, api, hash = hashOf } = this.options;
    const hashes = new Map<string, string>();
    for (const { id, file } of batch) {
      const sum = await hash(file);
      if (sum) hashes.set(id, sum);
    }
    const wanted = [...new Set(hashes.values())];
    const answer = wanted.length ? await api.knownPhotos(wanted).catch(() => null) : null;
    const known = new Set(answer?.items.map(({ sha256 }) => sha256));
    for (const { id, file } of batch) {
      this.passed.add(id);
      if (known.has(hashes.get(id) ?? "")) list.set(id, { state: "already", sent: file.size });
    }
  }

  /** One after another, and ahead of what is sent: only the first bytes are read. */
  private async lookForPlaces(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const { list, onPassed, look = holdsPlace } = this.options;
    const next = () => list.all.find((upload) => upload.located === null && isUnfinished(upload));
    for (let upload = next(); upload; upload = next()) {
      list.set(upload.id, { located: await look(upload.file) });
      onPassed();
    }
    this.looking = false;
  }
}
