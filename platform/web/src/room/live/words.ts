import type { Status } from "./live";

interface Situation {
  status: Status;
  /** How many events are not on the screen yet. */
  missing: number;
  /** How many of my changes have not reached the server. */
  waiting: number;
  /** Whether I may change anything here. */
  mayChange: boolean;
}

const NAMES: Record<Status, string> = {
  connecting: "Connecting",
  live: "Live",
  "catching-up": "Catching up",
  reconnecting: "Reconnecting",
  offline: "Offline",
};

/** What the chip says: never more than is true. */
export function sayStatus({ status, missing, waiting, mayChange }: Situation): string {
  const name = NAMES[status];
  if (status === "catching-up") return missing ? `${name} ${missing.toLocaleString()}` : `${name}…`;
  if (waiting) return `${name}: ${countWaiting(waiting)}`;
  if (status === "offline") return mayChange ? `${name}: your changes wait` : name;
  return status === "live" ? name : `${name}…`;
}

/** The same for a screen reader, without the numbers that run down. */
export function announceStatus(situation: Situation): string {
  return situation.status === "catching-up" ? `${NAMES["catching-up"]}…` : sayStatus(situation);
}

function countWaiting(count: number): string {
  return count === 1 ? "1 change waits" : `${count.toLocaleString()} changes wait`;
}
