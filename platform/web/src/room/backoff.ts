const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;

/** Milliseconds before try number `attempt` (from 0): doubling, capped, and random so that not all come back at once. */
export function waitBefore(attempt: number, random = Math.random): number {
  const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt, 10));
  return whole * (0.5 + random() / 2);
}
