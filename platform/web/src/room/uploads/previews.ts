import type { Sketch } from "../../api/types";
import { Observable } from "../observable";
import type { UploadQueue } from "./queue";
import { draw, type Drawing } from "./sketch";
import type { Upload } from "./upload";

/** Drawn before their turn, so that the others see them coming from the first byte on. */
const AHEAD = 2;

const NOTHING: Drawing = { sketch: {}, picture: null };

export interface Preview {
  sketch: Sketch;
  /** Of the small picture in this page, or null where there is none. */
  address: string | null;
  picture: Blob | null;
}

interface Options {
  queue: UploadQueue;
  /** Gives the room the small picture of an upload. */
  show: (remote: string, picture: Blob) => Promise<void>;
  draw?: typeof draw;
}

/** Small pictures of what is being sent: for the tray and the wall of this page, and for the others in the room. */
export class Previews extends Observable {
  private made = new Map<string, Preview>();
  private begun = new Set<string>();
  /** By their names on the server: those that were sent there, and those that are there. */
  private offered = new Set<string>();
  private shown = new Set<string>();
  private drawing: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {
    super();
    options.queue.subscribe(() => this.follow());
  }

  get(id: string): Preview | undefined {
    return this.made.get(id);
  }

  /** Whether the others can see it. */
  isShown({ remote }: Upload): boolean {
    return remote !== null && this.shown.has(remote);
  }

  private follow(): void {
    const { uploads } = this.options.queue;
    const underWay = uploads.filter(({ state }) => state === "sending" || state === "stalled");
    const next = uploads.filter(({ state }) => state === "waiting").slice(0, AHEAD);
    for (const upload of [...underWay, ...next]) this.draw(upload);
    for (const upload of underWay) this.offer(upload);
    this.tidy(new Set(uploads.map(({ id }) => id)));
  }

  /** One after another: a phone has no memory for three large pictures at once. */
  private draw({ id, file }: Upload): void {
    if (this.begun.has(id)) return;
    this.begun.add(id);
    this.drawing = this.drawing.then(async () => {
      if (!this.isWanted(id)) return void this.begun.delete(id);
      const { sketch, picture } = await (this.options.draw ?? draw)(file).catch(() => NOTHING);
      this.made.set(id, { sketch, picture, address: picture && URL.createObjectURL(picture) });
      this.follow();
      this.changed();
    });
  }

  private isWanted(id: string): boolean {
    const states = ["waiting", "sending", "stalled"];
    return this.options.queue.uploads.some((upload) => upload.id === id && states.includes(upload.state));
  }

  private offer({ id, remote }: Upload): void {
    const picture = this.made.get(id)?.picture;
    if (!picture || !remote || this.offered.has(remote)) return;
    this.offered.add(remote);
    const done = () => (this.shown.add(remote), this.changed());
    // Without it the others see the blur until the photo is there.
    this.options.show(remote, picture).then(done, () => undefined);
  }

  private tidy(listed: Set<string>): void {
    for (const [id, { address }] of this.made) {
      if (listed.has(id)) continue;
      if (address) URL.revokeObjectURL(address);
      this.made.delete(id);
      this.begun.delete(id);
    }
  }
}
