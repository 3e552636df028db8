import type { IndexAnswer } from "../../api/types";
import type { Index } from "./columns";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Uint8Array(128);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
const HEX = new TextEncoder().encode("0123456789abcdef");
const DASH = "-".charCodeAt(0);

/** Letters of an id in the index: 16 bytes in base64url. */
const SHORT = 22;
const LONG = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx".length;
const DASHES = [8, 13, 18, 23];

/** Makes the list out of the answer. One pass over bytes: twenty thousand ids must not hold up the page. */
export function readIndex({ seq, ids, ratios, moments }: IndexAnswer): Index {
  let moment = 0;
  return {
    seq,
    ids: readIds(ids),
    ratios: Uint8Array.from(atob(ratios), (letter) => letter.charCodeAt(0)),
    moments: Int32Array.from(moments, (step) => (moment += step)),
    end: null,
  };
}

function readIds(text: string): string[] {
  const count = text.length / SHORT;
  const letters = new Uint8Array(count * LONG);
  for (let n = 0; n < count; n++) writeId(text, n * SHORT, letters, n * LONG);
  const all = new TextDecoder().decode(letters);
  return Array.from({ length: count }, (_, n) => all.slice(n * LONG, (n + 1) * LONG));
}

/** Six bits come with a letter and four go with a hexadecimal digit. */
function writeId(text: string, from: number, letters: Uint8Array, to: number): void {
  let bits = 0;
  let held = 0;
  let read = from;
  for (let place = 0; place < LONG; place++) {
    if (DASHES.includes(place)) {
      letters[to + place] = DASH;
      continue;
    }
    if (held < 4) {
      bits = ((bits << 6) | VALUES[text.charCodeAt(read++)]!) & 0x3ff;
      held += 6;
    }
    held -= 4;
    letters[to + place] = HEX[(bits >> held) & 15]!;
  }
}
