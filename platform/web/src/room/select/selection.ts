import { Observable } from "../observable";

/** Which of the photos on the screen are chosen, and the range that is being drawn over them. */
export class Selection extends Observable {
  /** While it is on, a press on a photo chooses it instead of opening it. */
  isOn = false;
  /** The ids of all photos as the screen has them, in its order. */
  order: () => readonly string[] = () => [];
  private chosen: ReadonlySet<string> = new Set();
  private before: ReadonlySet<string> = new Set();
  private anchor: string | null = null;
  private adds = true;

  get count(): number {
    return this.chosen.size;
  }

  /** In the order of the screen. */
  get ids(): string[] {
    return this.order().filter((id) => this.chosen.has(id));
  }

  /** The photo the last choice was made on. */
  get last(): string | null {
    return this.anchor;
  }

  has(id: string): boolean {
    return this.chosen.has(id);
  }

  hasAll(ids: readonly string[]): boolean {
    return ids.length > 0 && ids.every((id) => this.chosen.has(id));
  }

  /** Begins with nothing chosen yet. */
  start(): void {
    this.isOn = true;
    this.changed();
  }

  clear(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.anchor = null;
    this.chosen = new Set();
    this.changed();
  }

  toggle(id: string): void {
    this.begin(id);
    if (!this.count) this.clear();
  }

  toggleAll(ids: readonly string[]): void {
    this.take(this.hasAll(ids) ? without(this.chosen, ids) : union(this.chosen, ids));
    if (!this.count) this.clear();
  }

  /** A range that begins here takes in what it touches, or lets go of it when it begins on something chosen. */
  begin(id: string, adds = !this.has(id)): void {
    this.before = this.chosen;
    this.anchor = id;
    this.adds = adds;
    this.reach(id);
  }

  /** Draws the range to this photo, in place of where it ended before. */
  reach(id: string): void {
    const range = this.between(this.anchor ?? id, id);
    this.take(this.adds ? union(this.before, range) : without(this.before, range));
  }

  /** Draws the range that began with the last choice, or here if there was none. */
  extend(from: string, to: string): void {
    if (this.anchor === null || !this.adds || !this.isOn) this.begin(from, true);
    this.reach(to);
  }

  /** Lets go of what the screen does not have any more. */
  keepTo(ids: readonly string[]): void {
    if (!this.count) return;
    const there = new Set(ids);
    const kept = [...this.chosen].filter((id) => there.has(id));
    if (this.anchor !== null && !there.has(this.anchor)) this.anchor = null;
    if (kept.length === this.count) return;
    this.before = new Set(kept);
    this.take(this.before);
    if (!kept.length) this.clear();
  }

  private take(chosen: ReadonlySet<string>): void {
    this.chosen = chosen;
    this.isOn = true;
    this.changed();
  }

  private between(one: string, other: string): readonly string[] {
    const order = this.order();
    const ends = [order.indexOf(one), order.indexOf(other)].sort((a, b) => a - b) as [number, number];
    return ends[0] < 0 ? [other] : order.slice(ends[0], ends[1] + 1);
  }
}

function union(some: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> {
  return new Set([...some, ...more]);
}

function without(some: ReadonlySet<string>, fewer: readonly string[]): ReadonlySet<string> {
  const gone = new Set(fewer);
  return new Set([...some].filter((id) => !gone.has(id)));
}
