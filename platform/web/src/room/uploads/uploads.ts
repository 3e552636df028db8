import type { Api } from "../../api/client";
import type { ClientFrame, Person, Room } from "../../api/types";
import { Observable } from "../observable";
import { fetchPart, whenIdle } from "../ui/later";
import type { UploadEngine } from "./engine";
import type { Outgoing } from "./incoming";
import type TrayPanel from "./TrayPanel.svelte";

export interface UploadsOptions {
  api: Api;
  me: Person;
  room: () => Room;
  send: (frame: ClientFrame) => void;
  /** What this tab sends has changed. */
  onOutgoing: (uploads: Outgoing[]) => void;
  /** A photo has come of the upload. */
  onSent: (upload: string, photo: string | null) => void;
  onSignedOut: () => void;
}

const load = () => Promise.all([import("./engine"), import("./TrayPanel.svelte")]);

/** The way to the uploads of this page. What they need is fetched when the page is idle, or when the first file is added. */
export class Uploads extends Observable {
  engine: UploadEngine | null = null;
  Panel: typeof TrayPanel | null = null;
  private opening: Promise<UploadEngine> | null = null;
  private held = false;

  constructor(private readonly options: UploadsOptions) {
    super();
  }

  /** Goes on with what an earlier visit left. */
  start(): void {
    if (this.mayUpload) whenIdle(() => this.open());
  }

  /** How many uploads the connection keeps waiting. */
  get waiting(): number {
    return this.engine?.queue.waiting ?? 0;
  }

  get room(): Room {
    return this.options.room();
  }

  add(files: Iterable<File>): void {
    // The browser empties its own list as soon as the choice has been told.
    const chosen = [...files];
    void fetchPart(() => this.open()).then((engine) => engine?.queue.add(chosen));
  }

  hold(held: boolean): void {
    this.held = held;
    this.engine?.queue.hold(held);
  }

  resume(): void {
    this.engine?.queue.resume();
  }

  /** A new connection has heard nothing of them yet. */
  greet(): void {
    this.engine?.report.restart();
  }

  reconsider(): void {
    this.engine?.queue.reconsider();
  }

  /** This person may add nothing here any more. */
  abandon(): void {
    this.engine?.queue.cancel(this.engine.queue.uploads.map(({ id }) => id));
  }

  private get mayUpload(): boolean {
    return this.options.room().rights.includes("upload");
  }

  private open(): Promise<UploadEngine> {
    this.opening ??= this.build().catch((problem: unknown) => {
      this.opening = null;
      throw problem;
    });
    return this.opening;
  }

  private async build(): Promise<UploadEngine> {
    const [{ openEngine }, { default: Panel }] = await load();
    const engine = openEngine({ ...this.options, mayUpload: () => this.mayUpload });
    engine.queue.hold(this.held);
    engine.queue.subscribe(() => this.changed());
    [this.engine, this.Panel] = [engine, Panel];
    this.changed();
    return engine;
  }
}
