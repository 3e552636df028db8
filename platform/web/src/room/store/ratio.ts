/**
 * The shape of a photo as one byte, on a scale of 40 steps for each doubling. The layout knows shapes only in this form,
 * also of photos it knows better: so nothing moves when more becomes known.
 */
const STEPS = 40;
const SQUARE = 128;

export function ratioOf({ width, height }: { width: number | null; height: number | null }): number {
  if (!width || !height) return SQUARE;
  return Math.min(255, Math.max(0, Math.round(SQUARE + STEPS * Math.log2(width / height))));
}

/** Width by height, for each of the bytes. */
export const ASPECTS = Float64Array.from({ length: 256 }, (_, byte) => 2 ** ((byte - SQUARE) / STEPS));
