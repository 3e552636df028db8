import fc from "fast-check";
import { expect, test } from "vitest";
import { holdsPlace } from "./place";

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const big = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, n) => (value >> (8 * (bytes - 1 - n))) & 255);
const file = (...bytes: number[][]) => new Blob([Uint8Array.from(bytes.flat())]);

interface Place {
  little?: boolean;
  /** The number under the fraction of the degrees. */
  below?: number;
  tags?: number[];
}

/** A block of Exif with one pointer to a table of GPS fields, whose values stand behind it. */
function exif({ little = true, below = 1, tags = [2, 4] }: Place = {}): number[] {
  const number = (value: number, bytes: number) => (little ? big(value, bytes).reverse() : big(value, bytes));
  const entry = (tag: number, type: number, count: number, value: number) =>
    [number(tag, 2), number(type, 2), number(count, 4), number(value, 4)].flat();
  const table = 8 + 2 + 12 + 4;
  const values = table + 2 + 12 * tags.length + 4;
  return [
    ascii(little ? "II" : "MM"),
    number(42, 2),
    number(8, 4),
    number(1, 2),
    entry(0x8825, 4, 1, table),
    number(0, 4),
    number(tags.length, 2),
    ...tags.map((tag) => entry(tag, 5, 3, values)),
    number(0, 4),
    number(47, 4),
    number(below, 4),
  ].flat();
}

const jpeg = (block: number[]) => {
  const jfif = [0xff, 0xe0, ...big(16, 2), ...ascii("JFIF\0"), ...Array(9).fill(0)];
  const app1 = [0xff, 0xe1, ...big(block.length + 8, 2), ...ascii("Exif\0\0"), ...block];
  return file([0xff, 0xd8], jfif, app1, [0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
};

const png = (block: number[]) => {
  const chunk = (type: string, content: number[]) => [
    ...big(content.length, 4),
    ...ascii(type),
    ...content,
    0,
    0,
    0,
    0,
  ];
  const pixels = chunk("IDAT", Array(5_000).fill(7));
  return file(
    ascii("\x89PNG\r\n\x1a\n"),
    chunk("IHDR", Array(13).fill(0)),
    pixels,
    chunk("eXIf", block),
    chunk("IEND", []),
  );
};

const webp = (block: number[]) => {
  const chunk = (type: string, content: number[]) => [
    ...ascii(type),
    ...big(content.length, 4).reverse(),
    ...content,
    ...Array(content.length % 2).fill(0),
  ];
  return file(ascii("RIFF\0\0\0\0WEBP"), chunk("VP8 ", Array(333).fill(7)), chunk("EXIF", block));
};

const heic = (block: number[]) => {
  const box = (type: string, ...content: number[][]) => [
    ...big(content.flat().length + 8, 4),
    ...ascii(type),
    ...content.flat(),
  ];
  const kind = box("ftyp", ascii("heic\0\0\0\0mif1heic"));
  const names = box(
    "iinf",
    [0, 0, 0, 0, ...big(2, 2)],
    box("infe", [2, 0, 0, 0, ...big(1, 2), ...big(0, 2), ...ascii("hvc1\0")]),
    box("infe", [2, 0, 0, 0, ...big(2, 2), ...big(0, 2), ...ascii("Exif\0")]),
  );
  const places = (start: number) =>
    box(
      "iloc",
      [1, 0, 0, 0, 0x44, 0x00, ...big(2, 2)],
      ...[1, 2].map((id) => [
        ...big(id, 2),
        0,
        0,
        0,
        0,
        ...big(1, 2),
        ...big(id === 2 ? start : 9, 4),
        ...big(block.length + 10, 4),
      ]),
    );
  const meta = (start: number) => box("meta", [0, 0, 0, 0], names, places(start));
  const pixels = box("mdat", Array(200_000).fill(7), [...big(6, 4), ...ascii("Exif\0\0"), ...block]);
  const start = kind.length + meta(0).length + 8 + 200_000;
  return file(kind, meta(start), pixels);
};

const kinds = { jpeg, png, webp, heic, tiff: (block: number[]) => file(block) };

test.each(Object.entries(kinds))(
  "a %s that tells its place is found out, and one that does not is not",
  async (_kind, wrap) => {
    for (const little of [true, false]) {
      expect(await holdsPlace(wrap(exif({ little })))).toBe(true);
      expect(await holdsPlace(wrap(exif({ little, below: 0 })))).toBe(false);
      expect(await holdsPlace(wrap(exif({ little, tags: [2] })))).toBe(false);
      expect(await holdsPlace(wrap(exif({ little, tags: [0, 29] })))).toBe(false);
    }
  },
);

test("a place that only XMP tells is found too", async () => {
  const xmp = ascii('<x:xmpmeta><rdf:Description exif:GPSLatitude="47,22N"/>');
  expect(await holdsPlace(file([0xff, 0xd8, 0xff, 0xe1, ...big(xmp.length + 2, 2)], xmp))).toBe(true);
});

test("no file, however broken, is more than a file without a place", async () => {
  const whole = await Promise.all(
    Object.values(kinds).map(
      async (wrap) =>
        new Uint8Array(
          await wrap(exif({ tags: [] }))
            .slice(0, 2_000)
            .arrayBuffer(),
        ),
    ),
  );
  const broken = fc.tuple(
    fc.constantFrom(...whole),
    fc.array(fc.tuple(fc.nat(1_999), fc.nat(255)), { maxLength: 12 }),
    fc.nat(2_000),
  );
  await fc.assert(
    fc.asyncProperty(broken, async ([bytes, flips, length]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, value] of flips) if (at < copy.length) copy[at] = value;
      expect(typeof (await holdsPlace(new Blob([copy.subarray(0, length)])))).toBe("boolean");
    }),
  );
});
