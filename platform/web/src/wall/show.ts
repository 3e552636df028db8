import { Observable } from "../room/observable";
import type { WallPhoto, WallState } from "./feed";
import { TroubleError } from "./pictures";
import type { Part, Program } from "./program";

/** Milliseconds on the stage. */
export const SLIDE = 12_000;
export const ARRIVAL = 9_000;
const ARRIVAL_IN_A_CROWD = 5_000;
const CROWD = 4;
/** What has only just appeared is not taken away in the same breath. */
const LEAST = 2_000;
const RETRY = 3_000;
const TROUBLE = 30_000;

export interface Shown {
  photo: WallPhoto;
  address: string;
}

export interface Scene {
  number: number;
  pictures: Shown[];
  isNew: boolean;
}

interface Options {
  program: Program;
  load: (photo: WallPhoto) => Promise<string | null>;
  isAtHand: (photo: WallPhoto) => boolean;
  isWide: () => boolean;
}

/** Puts one scene after another on the stage, as the program and the remote control say. */
export class Show extends Observable {
  scene: Scene | null = null;
  /** The last change was a removal, which nobody should watch fading. */
  sudden = false;
  private state: WallState | null = null;
  private shownAt = 0;
  private number = 0;
  private turn = 0;
  private loading = false;
  /** Pictures could not be fetched: only those at hand are shown. */
  private cutOffUntil = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    super();
  }

  steer(state: WallState): void {
    const before = this.state;
    this.state = state;
    if (!before) return void this.advance();
    if (state.skips !== before.skips || state.pinned !== before.pinned) return void this.advance();
    if (state.paused && !before.paused) clearTimeout(this.timer);
    if (!state.paused && before.paused) this.continue();
  }

  skip(): void {
    void this.advance();
  }

  /** There may be something new to show. */
  look(): void {
    if (!this.state || this.loading) return;
    if (!this.scene) void this.advance();
    else if (this.options.program.arrivals && !this.scene.isNew && !this.isHeld()) {
      this.schedule(LEAST - (Date.now() - this.shownAt));
    }
  }

  /** The line is back. */
  reconnect(): void {
    this.cutOffUntil = 0;
    this.look();
  }

  /** Captions of what is on the stage may have changed. */
  refresh(photo: WallPhoto): void {
    if (!this.scene?.pictures.some((shown) => shown.photo.id === photo.id)) return;
    const pictures = this.scene.pictures.map((shown) => (shown.photo.id === photo.id ? { ...shown, photo } : shown));
    this.show({ ...this.scene, pictures });
  }

  vanish(id: string): void {
    if (!this.scene?.pictures.some(({ photo }) => photo.id === id)) return;
    this.sudden = true;
    this.show(null);
    void this.advance();
  }

  stop(): void {
    this.turn++;
    clearTimeout(this.timer);
  }

  private isHeld(): boolean {
    return Boolean(this.state?.paused || this.pinned());
  }

  private isCutOff(): boolean {
    return Date.now() < this.cutOffUntil;
  }

  private pinned(): WallPhoto | undefined {
    return this.options.program.photos.get(this.state?.pinned ?? "");
  }

  private continue(): void {
    if (this.scene) this.schedule(LEAST);
    else void this.advance();
  }

  private schedule(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.advance(), Math.max(0, wait));
  }

  private async advance(): Promise<void> {
    const turn = ++this.turn;
    clearTimeout(this.timer);
    const part = this.choose();
    this.loading = part !== null;
    if (!part) return this.isCutOff() ? this.schedule(RETRY) : undefined;
    const pictures = await this.loadAll(part);
    if (turn !== this.turn) return this.options.program.putBack(part);
    this.loading = false;
    if (!pictures) this.options.program.putBack(part);
    if (!pictures?.length) return this.schedule(RETRY);
    if (pictures.some(({ photo }) => !this.options.program.photos.has(photo.id))) return this.schedule(0);
    this.show({ number: ++this.number, pictures, isNew: part.isNew });
    this.shownAt = Date.now();
    if (!this.isHeld()) this.schedule(this.lengthOf(part));
  }

  private choose(): Part | null {
    const { program, isAtHand, isWide } = this.options;
    const pinned = this.pinned();
    if (pinned) return program.choose(pinned);
    return program.next(isWide(), (photo) => !this.isCutOff() || isAtHand(photo));
  }

  /** Those that are there; null when nobody can say. */
  private async loadAll(part: Part): Promise<Shown[] | null> {
    try {
      const addresses = await Promise.all(part.photos.map((photo) => this.options.load(photo)));
      return part.photos.flatMap((photo, place) => {
        const address = addresses[place];
        return address ? [{ photo, address }] : [];
      });
    } catch (problem) {
      if (!(problem instanceof TroubleError)) throw problem;
      this.cutOffUntil = Date.now() + TROUBLE;
      return null;
    }
  }

  private lengthOf({ isNew }: Part): number {
    if (!isNew) return this.options.program.arrivals ? LEAST : SLIDE;
    return this.options.program.arrivals >= CROWD ? ARRIVAL_IN_A_CROWD : ARRIVAL;
  }

  private show(scene: Scene | null): void {
    this.scene = scene;
    this.changed();
    if (scene) this.sudden = false;
  }
}
