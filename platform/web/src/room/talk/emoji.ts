/** The same as the server's: a heart of mine makes a photo a favourite. */
export const HEART = "❤️";

/** The one emoji of what was typed, or null when it is something else. */
export function readEmoji(typed: string): string | null {
  const signs = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(typed.trim())];
  const sign = signs.length === 1 ? signs[0]!.segment : "";
  const isPicture = /\p{Extended_Pictographic}|^\p{RI}{2}$|^[0-9#*]\uFE0F?\u20E3$/u.test(sign);
  return isPicture ? sign : null;
}

/** The heart first, then what most people gave; what is alike stays in the order it has. */
export function sortReactions(reactions: Record<string, number>): [emoji: string, count: number][] {
  const isHeart = (emoji: string) => Number(emoji === HEART);
  return Object.entries(reactions)
    .filter(([, count]) => count > 0)
    .sort(([a, many], [b, more]) => isHeart(b) - isHeart(a) || more - many);
}
