const GPS_IFD = 0x8825;
const LATITUDE = 2;
const LONGITUDE = 4;
const ENTRY = 12;
/** Cameras write a few dozen; a file that claims more is not worth reading. */
const MOST_ENTRIES = 1_000;

interface Entry {
  tag: number;
  /** Where it stands in the block. */
  at: number;
}

/** Whether a block of Exif, which is a TIFF file without pixels, tells a latitude and a longitude. */
export async function tellsPlace(exif: Blob): Promise<boolean> {
  const head = await read(exif, 0, 8);
  if (head.byteLength < 8) return false;
  const order = head.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return false;
  const little = order === 0x4949;
  const pointer = (await entriesOf(exif, head.getUint32(4, little), little)).find(({ tag }) => tag === GPS_IFD);
  if (!pointer) return false;
  const place = (await read(exif, pointer.at + 8, 4)).getUint32(0, little);
  const entries = await entriesOf(exif, place, little);
  const told = await Promise.all([LATITUDE, LONGITUDE].map((tag) => holdsNumber(exif, entries, tag, little)));
  return told.every(Boolean);
}

async function entriesOf(exif: Blob, at: number, little: boolean): Promise<Entry[]> {
  const head = await read(exif, at, 2);
  if (head.byteLength < 2) return [];
  const count = Math.min(head.getUint16(0, little), MOST_ENTRIES);
  const list = await read(exif, at + 2, count * ENTRY);
  const whole = Math.floor(list.byteLength / ENTRY);
  return Array.from({ length: whole }, (_, n) => ({ tag: list.getUint16(n * ENTRY, little), at: at + 2 + n * ENTRY }));
}

/** Cameras without a fix write the field all the same, as 0/0. */
async function holdsNumber(exif: Blob, entries: Entry[], tag: number, little: boolean): Promise<boolean> {
  const entry = entries.find((one) => one.tag === tag);
  if (!entry) return false;
  const degrees = await read(exif, (await read(exif, entry.at + 8, 4)).getUint32(0, little), 8);
  return degrees.byteLength === 8 && degrees.getUint32(4, little) !== 0;
}

/** Fewer bytes where the blob ends before. */
export async function read(blob: Blob, start: number, length: number): Promise<DataView> {
  return new DataView(await blob.slice(start, start + length).arrayBuffer());
}

export function textAt(view: DataView, start: number, length: number): string {
  const end = Math.min(start + length, view.byteLength);
  return start < end ? String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + start, end - start)) : "";
}
