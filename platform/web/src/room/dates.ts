import type { Sort } from "./store/order";

const DAY = 86_400_000;
const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** "Today", "Yesterday", "Monday, 3 November" or, in another year, with the year; by the reader's language and clock. */
export function nameDay(iso: string, now = new Date(), locale?: string): string {
  const date = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY);
  if (days === 0 || days === 1) return nameRelative(days, locale);
  const thisYear = date.getFullYear() === now.getFullYear();
  return format(thisYear ? DAY_OF_YEAR : FULL_DAY, locale).format(date);
}

/** "August 2024". */
export function nameMonth(date: Date, locale?: string): string {
  return format({ month: "long", year: "numeric" }, locale).format(date);
}

/** The same text for all moments of one day on the reader's clock. */
export function dayOf(iso: string): string {
  return new Date(iso).toDateString();
}

export function nameMoment(iso: string, locale?: string): string {
  return format({ dateStyle: "long", timeStyle: "short" }, locale).format(new Date(iso));
}

export function nameDate(iso: string, locale?: string): string {
  return format({ dateStyle: "medium" }, locale).format(new Date(iso));
}

/**
 * A moment of an index (see `momentOf`) as a date that reads right on the reader's clock: photos are added at one moment
 * for the whole world, but taken on the camera's own clock.
 */
export function dateOf(moment: number, sort: Sort): Date {
  const date = new Date(moment * MINUTE);
  if (sort === "added") return date;
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours());
}

/** The first minute of the day of this moment, and of the day after. */
export function boundsOfDay(moment: number, sort: Sort): [from: number, to: number] {
  if (sort === "taken") {
    const from = Math.floor((moment * MINUTE) / DAY) * (DAY / MINUTE);
    return [from, from + DAY / MINUTE];
  }
  const date = new Date(moment * MINUTE);
  const at = (days: number) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime() / MINUTE;
  return [at(0), at(1)];
}

const DAY_OF_YEAR = { weekday: "long", day: "numeric", month: "long" } as const;
const FULL_DAY = { ...DAY_OF_YEAR, year: "numeric" } as const;

function nameRelative(days: number, locale?: string): string {
  const text = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day");
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** Making one takes far longer than using it. */
function format(options: Intl.DateTimeFormatOptions, locale?: string): Intl.DateTimeFormat {
  const key = JSON.stringify(options) + (locale ?? "");
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
