import { expect, test } from "vitest";
import { extensionOf, honestName } from "./sniff";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const HEIC = "\0\0\0\x18ftypheic\0\0\0\0mif1heic";
const AVIF = "\0\0\0\x20ftypmif1\0\0\0\0mif1avif";

test.each([
  ["\xff\xd8\xff\xe0", "jpg"],
  ["\x89PNG\r\n\x1a\n", "png"],
  ["GIF89a", "gif"],
  ["RIFF\0\0\0\0WEBPVP8 ", "webp"],
  [HEIC, "heic"],
  [AVIF, "avif"],
  ["<svg xmlns=", null],
])("the first bytes %j are told apart", (head, extension) => {
  expect(extensionOf(bytes(head))).toBe(extension);
});

test.each([
  ["IMG_1.jpg", HEIC, "IMG_1.heic"],
  ["IMG_1.HEIC", "\xff\xd8\xff", "IMG_1.jpg"],
  ["IMG_1.JPEG", "\xff\xd8\xff", "IMG_1.JPEG"],
  ["IMG_1.heif", HEIC, "IMG_1.heif"],
  ["image", "\x89PNG\r\n\x1a\n", "image.png"],
  ["no. 4 of june", "\xff\xd8\xff", "no. 4 of june.jpg"],
  ["notes.txt", "hello", "notes.txt"],
])("%s is sent under a name that fits its bytes", async (name, content, sent) => {
  expect(await honestName(new File([bytes(content)], name))).toBe(sent);
});
