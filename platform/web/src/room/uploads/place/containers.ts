import { read, textAt } from "./exif";
import { exifInHeif } from "./heif";

/** Exif fills at most one segment of 64 KiB, and only a small one may stand before it. */
const JPEG_HEAD = 128 * 1024;
/** What a writer puts before the Exif or after the pixels is a handful; a PNG may have thousands of pieces of pixels. */
const MOST_CHUNKS = 4_000;
const MARK = "Exif\0\0";

/** The block of Exif in a file of the kind `sniff.ts` names, read without reading the pixels. */
export async function exifOf(file: Blob, kind: string | null): Promise<Blob | null> {
  if (kind === "jpg") return exifInJpeg(file);
  if (kind === "heic" || kind === "avif") return exifInHeif(file);
  if (kind === "webp") return exifInChunks(file, { first: 12, type: 0, size: 4, body: 8, little: true, name: "EXIF" });
  if (kind === "png") return exifInChunks(file, { first: 8, type: 4, size: 0, body: 8, little: false, name: "eXIf" });
  return kind === "tiff" ? file : null;
}

async function exifInJpeg(file: Blob): Promise<Blob | null> {
  const head = await read(file, 0, JPEG_HEAD);
  let at = 2;
  while (at + 4 <= head.byteLength && head.getUint8(at) === 0xff) {
    const marker = head.getUint8(at + 1);
    if (marker === 0xda || marker === 0xd9) return null;
    const size = head.getUint16(at + 2);
    if (marker === 0xe1 && textAt(head, at + 4, MARK.length) === MARK) return file.slice(at + 10, at + 2 + size);
    at += 2 + Math.max(2, size);
  }
  return null;
}

interface Chunks {
  first: number;
  /** Where a chunk names its type and its size, and where its content begins. */
  type: number;
  size: number;
  body: number;
  little: boolean;
  name: string;
}

/** WebP and PNG are chunks one after another: the size, the type and the content of each. */
async function exifInChunks(file: Blob, { first, type, size, body, little, name }: Chunks): Promise<Blob | null> {
  let at = first;
  for (let count = 0; count < MOST_CHUNKS && at + body <= file.size; count++) {
    const head = await read(file, at, body);
    const length = head.getUint32(size, little);
    const content = at + body;
    if (textAt(head, type, 4) === name) {
      const marked = textAt(await read(file, content, MARK.length), 0, MARK.length) === MARK;
      return file.slice(content + (marked ? MARK.length : 0), content + length);
    }
    // WebP pads to even lengths; in PNG a checksum of four bytes follows.
    at = content + length + (little ? length % 2 : 4);
  }
  return null;
}
