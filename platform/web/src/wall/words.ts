import type { WallPhoto } from "./feed";

const MINUTE = 60_000;

/** The day on the clock of whoever took the photo, or else when it was added; in words. */
export function sayWhen({ taken_at, taken_zone, added_at }: WallPhoto, locale?: string): string {
  const format = { dateStyle: "long" } as const;
  if (taken_at === null) return new Intl.DateTimeFormat(locale, format).format(new Date(added_at));
  const local = new Date(Date.parse(taken_at) + (taken_zone ?? 0) * MINUTE);
  return new Intl.DateTimeFormat(locale, { ...format, timeZone: "UTC" }).format(local);
}

export function describe({ alt, caption, by }: WallPhoto): string {
  return alt || caption || (by ? `Photo by ${by}` : "Photo");
}
