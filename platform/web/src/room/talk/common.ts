import { HEART } from "./emoji";

/** What people answer to photos with, each with its name. */
export const COMMON: [emoji: string, name: string][] = [
  [HEART, "Heart"],
  ["😂", "Tears of joy"],
  ["😍", "Heart eyes"],
  ["🥰", "Loving"],
  ["😮", "Amazed"],
  ["😢", "Sad"],
  ["👍", "Thumbs up"],
  ["👏", "Applause"],
  ["🙌", "Hands up"],
  ["🙏", "Thank you"],
  ["💪", "Strong"],
  ["🤗", "Hug"],
  ["🎉", "Party"],
  ["🔥", "Fire"],
  ["✨", "Sparkles"],
  ["🌟", "Star"],
  ["🌈", "Rainbow"],
  ["☀️", "Sun"],
  ["🌸", "Blossom"],
  ["😎", "Cool"],
  ["🤩", "Starry eyes"],
  ["🤔", "Thinking"],
  ["😴", "Sleepy"],
  ["👀", "Eyes"],
];

const NAMES = new Map(COMMON);

export function nameEmoji(emoji: string): string {
  return NAMES.get(emoji) ?? emoji;
}
