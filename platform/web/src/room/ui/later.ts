import { toasts } from "./toasts.svelte";

/** Runs something that nobody waits for when the page has nothing better to do. */
export function whenIdle(run: () => Promise<unknown>): void {
  const quietly = () => void run().catch(() => undefined);
  if ("requestIdleCallback" in globalThis) requestIdleCallback(quietly);
  else setTimeout(quietly, 2_000);
}

/** A part of the page that is fetched when it is wanted; null, and a word to the reader, when it cannot be had. */
export async function fetchPart<Part>(load: () => Promise<Part>): Promise<Part | null> {
  try {
    return await load();
  } catch {
    toasts.show("This part of the page could not be fetched. Please try again when you are online.");
    return null;
  }
}
