const DAY = 86_400_000;
const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** "Today", "Yesterday", "Monday, 3 November" or, in another year, with the year; by the reader's language and clock. */
export function nameDay(iso: string, now = new Date(), locale?: string): string {
  const date = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY);
  if (days === 0 || days === 1) return nameRelative(days, locale);
  const thisYear = date.getFullYear() === now.getFullYear();
  return formatDay(thisYear ? "long" : "full", locale).format(date);
}

/** The same text for all moments of one day on the reader's clock. */
export function dayOf(iso: string): string {
  return new Date(iso).toDateString();
}

export function nameMoment(iso: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

export function nameDate(iso: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));
}

function nameRelative(days: number, locale?: string): string {
  const text = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day");
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

function formatDay(kind: "long" | "full", locale?: string): Intl.DateTimeFormat {
  const key = kind + (locale ?? "");
  const known = dayFormats.get(key);
  if (known) return known;
  const year = kind === "full" ? ({ year: "numeric" } as const) : {};
  const made = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", ...year });
  dayFormats.set(key, made);
  return made;
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
