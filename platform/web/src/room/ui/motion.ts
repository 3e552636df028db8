/** Milliseconds for a short movement; none for people who asked for less motion. */
export function quickly(duration = 200): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : duration;
}
