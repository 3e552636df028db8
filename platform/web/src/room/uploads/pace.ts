/** Long enough that one slow or fast second does not show, short enough that a new network soon does. */
const WINDOW = 10_000;
/** Before that a rate would be a guess. */
const LEAST = 1_000;
const STEP = 250;

/** How fast something goes, averaged over the last seconds. */
export class Pace {
  private marks: { at: number; bytes: number }[] = [];

  /** `bytes` is all that has gone so far; a smaller number than before starts afresh. */
  note(bytes: number, at = Date.now()): void {
    const last = this.marks.at(-1);
    if (last && bytes < last.bytes) this.marks = [];
    else if (last && this.marks.length > 1 && at - this.marks.at(-2)!.at < STEP) this.marks.pop();
    this.marks.push({ at, bytes });
    while (this.marks.length > 2 && this.marks[1]!.at <= at - WINDOW) this.marks.shift();
  }

  /** Bytes a second; 0 while it cannot be told. */
  rate(now = Date.now()): number {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    if (!first || !last || now - first.at < LEAST) return 0;
    return ((last.bytes - first.bytes) / (now - first.at)) * 1000;
  }

  rest(): void {
    this.marks = [];
  }
}

/** "about 2 minutes left"; empty while it cannot be told. */
export function sayTimeLeft(bytes: number, rate: number): string {
  if (!rate) return "";
  const seconds = bytes / rate;
  if (seconds < 10) return "a few seconds left";
  if (seconds < 50) return "less than a minute left";
  const minutes = Math.round(seconds / 60);
  if (minutes < 2) return "about a minute left";
  if (minutes < 60) return `about ${minutes} minutes left`;
  const hours = Math.round(minutes / 60);
  if (hours < 2) return "about an hour left";
  return hours < 24 ? `about ${hours} hours left` : "more than a day left";
}
