import type { Photo } from "../../api/types";

const MINUTE = 60_000;
type Taken = Pick<Photo, "taken_at" | "taken_zone" | "added_at">;

/** When it was taken, on the clock of whoever took it: milliseconds as if that clock showed UTC. Null where nobody knows. */
export function clockOf({ taken_at, taken_zone }: Taken): number | null {
  return taken_at === null ? null : Date.parse(taken_at) + (taken_zone ?? 0) * MINUTE;
}

/** The earliest and the latest of them; null when none has a date. */
export function spanOf(photos: Taken[]): [number, number] | null {
  const clocks = photos.map(clockOf).filter((clock) => clock !== null);
  return clocks.length ? [Math.min(...clocks), Math.max(...clocks)] : null;
}

export function nameClock(clock: number, locale?: string): string {
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(locale, format).format(clock);
}

/** What a field for date and time holds, "2026-07-14T15:30". */
export function toField(clock: number): string {
  return new Date(clock).toISOString().slice(0, 16);
}

/** The clock a field for date and time shows, or null while it is not filled in. */
export function readField(text: string): number | null {
  const clock = text ? Date.parse(`${text}Z`) : NaN;
  return Number.isNaN(clock) ? null : clock;
}
