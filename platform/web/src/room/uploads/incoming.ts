import type { Frame, Person, SentUpload } from "../../api/types";
import { Observable } from "../observable";

/** A photo that somebody is sending now. */
export interface Incoming extends SentUpload {
  isMine: boolean;
  /** A small picture of it or its address, where there is one. */
  picture: Blob | string | null;
}

/** A photo that this very tab is sending. */
export type Outgoing = Omit<SentUpload, "user" | "preview"> & { picture: Blob | null };

const MOST = 12;
/** So many ids are remembered; a report that names an older one cannot still be under way. */
const MEMORY = 1_000;

/**
 * What is being sent, by others and by me. A photo that has arrived takes the place of its upload at once, before the next
 * report says so; so does what I have given up.
 */
export class IncomingUploads extends Observable {
  private told = new Map<string, SentUpload>();
  private mine = new Map<string, Outgoing>();
  /** In the order in which they were first heard of. */
  private order: string[] = [];
  private over = new Set<string>();

  constructor(
    private readonly me: Person,
    private readonly addressOf: (upload: string) => string,
  ) {
    super();
  }

  /** The latest first, as the photos will stand. */
  get list(): Incoming[] {
    const shown = this.order.filter((id) => !this.over.has(id)).slice(-MOST);
    return shown.map((id) => this.describe(id)).reverse();
  }

  take({ uploads }: Frame & { type: "uploads" }): void {
    this.told = new Map(uploads.map((upload) => [upload.id, upload]));
    this.arrange();
  }

  /** What this tab sends: nearer the truth than what comes back from the server. */
  takeMine(uploads: Outgoing[]): void {
    const now = new Map(uploads.map((upload) => [upload.id, upload]));
    for (const id of this.mine.keys()) if (!now.has(id)) this.end(id);
    this.mine = now;
    this.arrange();
  }

  /** The photo of this upload is there, or there will be none. */
  finish(upload: string | null): void {
    if (!upload || this.over.has(upload)) return;
    this.end(upload);
    this.changed();
  }

  /** While the line is down nothing is known of the others. */
  forget(): void {
    if (!this.told.size) return;
    this.told.clear();
    this.arrange();
  }

  private arrange(): void {
    const named = new Set([...this.told.keys(), ...this.mine.keys()]);
    this.order = [...this.order.filter((id) => named.has(id)), ...[...named].filter((id) => !this.order.includes(id))];
    this.changed();
  }

  private describe(id: string): Incoming {
    const mine = this.mine.get(id);
    if (mine) return { ...mine, user: this.me, preview: mine.picture !== null, isMine: true };
    const upload = this.told.get(id)!;
    return {
      ...upload,
      isMine: upload.user.id === this.me.id,
      picture: upload.preview ? this.addressOf(id) : null,
    };
  }

  private end(id: string): void {
    this.over.add(id);
    if (this.over.size > MEMORY) this.over.delete(this.over.values().next().value!);
  }
}
