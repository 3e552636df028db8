import { read, textAt } from "./exif";

/** The table of contents of a HEIC or AVIF file is a few KiB; a larger one is not worth reading. */
const LARGEST_TABLE = 1024 * 1024;
const MOST_BOXES = 64;

interface Box {
  type: string;
  /** Where its content begins and where the box ends. */
  start: number;
  end: number;
}

/** The Exif item of a file of the ISO family: the `meta` box names the items (`iinf`) and says where they lie (`iloc`). */
export async function exifInHeif(file: Blob): Promise<Blob | null> {
  const meta = await findMeta(file);
  if (!meta) return null;
  const view = await read(file, meta.start, Math.min(meta.end - meta.start, LARGEST_TABLE));
  const boxes = boxesIn(view, 4, view.byteLength);
  const [names, places] = ["iinf", "iloc"].map((type) => boxes.find((box) => box.type === type));
  const id = names && exifId(view, names);
  const extent = id !== undefined && places && extentOf(view, places, id);
  if (!extent) return null;
  const skip = (await read(file, extent.start, 4)).getUint32(0);
  return file.slice(extent.start + 4 + skip, extent.start + extent.length);
}

async function findMeta(file: Blob): Promise<Box | null> {
  let at = 0;
  for (let count = 0; count < MOST_BOXES && at + 8 <= file.size; count++) {
    const head = await read(file, at, 16);
    const [box] = boxesIn(head, 0, head.byteLength, file.size - at);
    if (!box) return null;
    if (box.type === "meta") return { ...box, start: at + box.start, end: at + box.end };
    at += box.end;
  }
  return null;
}

/** The boxes between two places; `limit` is how far the last may reach. */
function boxesIn(view: DataView, from: number, to: number, limit = to): Box[] {
  const boxes: Box[] = [];
  let at = from;
  while (at + 8 <= to) {
    const short = view.getUint32(at);
    if (short === 1 && at + 16 > to) break;
    const head = short === 1 ? 16 : 8;
    const size = short === 0 ? limit - at : short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    if (size < head || at + size > limit) break;
    boxes.push({ type: textAt(view, at + 4, 4), start: at + head, end: at + size });
    at += size;
  }
  return boxes;
}

function exifId(view: DataView, { start, end }: Box): number | undefined {
  const version = view.getUint8(start);
  for (const entry of boxesIn(view, start + (version === 0 ? 6 : 8), end)) {
    const wide = view.getUint8(entry.start) >= 3;
    if (textAt(view, entry.start + (wide ? 10 : 8), 4) !== "Exif") continue;
    return wide ? view.getUint32(entry.start + 4) : view.getUint16(entry.start + 4);
  }
  return undefined;
}

function extentOf(view: DataView, { start, end }: Box, wanted: number): { start: number; length: number } | null {
  const cursor = new Cursor(view, start, end);
  const version = cursor.take(1);
  cursor.take(3);
  const sizes = cursor.take(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const count = cursor.take(version < 2 ? 2 : 4);
  for (let n = 0; n < count; n++) {
    const id = cursor.take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : cursor.take(2) & 15;
    cursor.take(2);
    const base = cursor.take(baseSize);
    const extents = cursor.take(2);
    for (let part = 0; part < extents; part++) {
      cursor.take(indexSize);
      const [offset, length] = [cursor.take(offsetSize), cursor.take(lengthSize)];
      // Nobody cuts Exif into pieces, and method 0 is the file itself.
      if (id === wanted) return method === 0 && extents === 1 ? { start: base + offset, length } : null;
    }
  }
  return null;
}

/** Reads big-endian numbers of any size, one after another. Raises RangeError at the end. */
class Cursor {
  constructor(
    private readonly view: DataView,
    private at: number,
    private readonly end: number,
  ) {}

  take(bytes: number): number {
    if (this.at + bytes > this.end) throw new RangeError("The table ends in the middle of a number.");
    let value = 0;
    for (let n = 0; n < bytes; n++) value = value * 256 + this.view.getUint8(this.at++);
    return value;
  }
}
