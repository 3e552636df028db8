const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** "13 days left", "5 hours left"; hours are never more than there are. */
export function nameRemaining(gone_at: string, now = Date.now()): string {
  const left = Date.parse(gone_at) - now;
  if (left < HOUR) return "less than an hour left";
  const [count, unit] = left < 2 * DAY ? [Math.floor(left / HOUR), "hour"] : [Math.round(left / DAY), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} left`;
}
