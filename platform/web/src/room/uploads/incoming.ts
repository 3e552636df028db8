import type { Frame, Photo, SentUpload } from "../../api/types";
import { Observable } from "../observable";

/** A photo that somebody else is sending now. */
export interface Incoming extends SentUpload {
  /** Unlike `id`, the same for nobody else's. */
  key: string;
}

const MOST = 12;

/** What others are sending. A photo that has arrived takes the place of its upload at once, before the next report says so. */
export class IncomingUploads extends Observable {
  private listed: Incoming[] = [];
  private arrived = new Set<string>();

  constructor(private readonly me: string) {
    super();
  }

  /** The latest first, as the photos will stand. */
  get list(): Incoming[] {
    return this.listed
      .filter(({ key }) => !this.arrived.has(key))
      .slice(-MOST)
      .reverse();
  }

  take({ uploads }: Frame & { type: "uploads" }): void {
    const told = new Map(uploads.filter(({ user }) => user.id !== this.me).map((upload) => [keyOf(upload), upload]));
    const known = this.listed.map(({ key }) => key).filter((key) => told.has(key));
    this.arrived = new Set([...this.arrived].filter((key) => told.has(key)));
    this.listed = [...new Set([...known, ...told.keys()])].map((key) => ({ ...told.get(key)!, key }));
    this.changed();
  }

  /** Finds the upload this photo came by: of the same person and shape, the one that was furthest. */
  arrive(photo: Photo): void {
    const theirs = this.list.filter(({ user }) => user.id === photo.uploader?.id);
    const alike = theirs.filter(({ width, height }) => width === photo.width && height === photo.height);
    const candidates = alike.length ? alike : theirs.filter(({ width }) => width === null);
    if (!candidates.length) return;
    const upload = candidates.reduce((best, one) => (one.progress >= best.progress ? one : best));
    this.arrived.add(upload.key);
    this.changed();
  }

  forget(): void {
    if (!this.listed.length) return;
    this.listed = [];
    this.changed();
  }
}

function keyOf({ user, id }: SentUpload): string {
  return `${user.id}/${id}`;
}
