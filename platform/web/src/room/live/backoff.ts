const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
/** A server that restarts lets go of everybody at the same instant; over this span they come back. */
const RESTART_SPREAD = [200, 3_000] as const;

/** Milliseconds before try number `attempt` (from 0): doubling, capped, and random so that not all come back at once. */
export function waitBefore(attempt: number, random = Math.random): number {
  const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt, 10));
  return whole * (0.5 + random() / 2);
}

export function waitForRestart(random = Math.random): number {
  const [shortest, longest] = RESTART_SPREAD;
  return shortest + random() * (longest - shortest);
}
