import { thumbHashToDataURL } from "thumbhash";

const drawn = new Map<string, string>();

/** A CSS image of the blurred photo, or null when there is no (readable) hash. */
export function drawPlaceholder(hash: string): string | null {
  if (!hash) return null;
  const known = drawn.get(hash);
  if (known) return known;
  try {
    const bytes = Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
    const image = `url("${thumbHashToDataURL(bytes)}")`;
    drawn.set(hash, image);
    return image;
  } catch {
    return null;
  }
}
