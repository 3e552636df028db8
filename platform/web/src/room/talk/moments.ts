const UNITS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
];
const WEEK = 7 * 86_400;

/** "now", "5 min. ago", "yesterday"; after a week the date. */
export function nameAgo(iso: string, now = Date.now(), locale?: string): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000);
  if (seconds >= WEEK) return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));
  const [unit, size] = UNITS.findLast(([, size]) => seconds >= size) ?? ["second", Infinity];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  return format.format(-Math.floor(seconds / size) || 0, unit);
}
