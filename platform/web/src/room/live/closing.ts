import { waitBefore, waitForRestart } from "./backoff";

/** What a closed socket asks for; the codes are in docs/protocol.md. */
export type Advice = "come back" | "spread out" | "slow down" | "say nothing" | "ask" | "stay away";

const ADVICE: Record<number, Advice> = {
  1009: "say nothing",
  1012: "spread out",
  4400: "say nothing",
  4401: "ask",
  4403: "stay away",
  4404: "stay away",
  4429: "slow down",
};

/** Who was told to slow down waits as if so many tries had failed: 4 to 8 seconds. */
const SLOWER = 4;

export function adviceFor(code: number): Advice {
  return ADVICE[code] ?? "come back";
}

export function waitAfter(advice: Advice, attempt: number): number {
  if (advice === "spread out") return waitForRestart();
  return waitBefore(advice === "slow down" ? Math.max(attempt, SLOWER) : attempt);
}
