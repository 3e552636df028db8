import { expect, test, vi } from "vitest";
import { ANA, OLIVE, makePhoto, pageOf } from "../test/shapes";
import { createLibrary } from "./library";

test("the photos of one person are found on all pages of the room", async () => {
  const pages: Record<string, ReturnType<typeof pageOf>> = {
    first: pageOf([makePhoto(5), makePhoto(4, { uploader: ANA })], "p0004"),
    p0004: pageOf([makePhoto(3, { uploader: ANA }), makePhoto(2, { uploader: null })], "p0002"),
    p0002: pageOf([makePhoto(1)]),
  };
  const photos = vi.fn(async (before: string | null) => pages[before ?? "first"]!);
  const library = createLibrary({ send: vi.fn(), photos });
  expect(await library.photosBy(OLIVE.id)).toEqual(["p0005", "p0001"]);
  expect(photos).toHaveBeenCalledTimes(3);
});

test("an id is a name in an address, whatever letters it has", async () => {
  const send = vi.fn();
  const library = createLibrary({ send, photos: vi.fn() });
  await library.deleteForGood("a/b");
  await library.removed("c&d", 60);
  expect(send.mock.calls.map(([method, path]) => `${method} ${path}`)).toEqual([
    "DELETE /removed/a%2Fb",
    "GET /removed?limit=60&before=c%26d",
  ]);
});
