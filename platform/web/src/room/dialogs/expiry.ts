const DAY = 86_400_000;

export const EXPIRIES = [
  { label: "Never", days: 0 },
  { label: "In 1 day", days: 1 },
  { label: "In 1 week", days: 7 },
  { label: "In 30 days", days: 30 },
];

/** The moment so many days from now; null for no end. */
export function expiryIn(days: number, now = Date.now()): string | null {
  return days ? new Date(now + days * DAY).toISOString() : null;
}
