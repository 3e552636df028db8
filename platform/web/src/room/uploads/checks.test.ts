import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Originals } from "../../api/types";
import { makeDesk, picture, type UploadDesk } from "../../test/uploads";

let desk: UploadDesk;
let originals: Originals;
const located = new Set<string>();
const settle = () => vi.waitFor(() => expect(desk.queue.uploads.every(({ located }) => located !== null)).toBe(true));
const sent = () => desk.sendings.map(({ name }) => name);

beforeEach(() => {
  originals = "without_location";
  located.clear();
  desk = makeDesk({ originals: () => originals, look: async (file) => located.has((file as File).name) });
});

afterEach(() => desk.queue.cancel(desk.queue.uploads.map(({ id }) => id)));

test("a file over the server's limit is refused with the server's number, and the others are sent", async () => {
  desk.limits.largest = 50_000;
  desk.queue.add([picture("large.jpg", 60_000), picture("small.jpg")]);
  await vi.waitFor(() => expect(sent()).toEqual(["small.jpg"]));
  expect(desk.queue.uploads[0]).toMatchObject({ state: "failed", retryable: false });
  expect(desk.queue.uploads[0]!.message).toContain("60 kB, and at most 50 kB");
});

test("when more is chosen than there is space for, it is told before and what fits is sent", async () => {
  desk.limits.left = 5_500;
  desk.queue.add(["a", "b", "c", "d"].map((name) => picture(`${name}.jpg`, 2_000)));
  await vi.waitFor(() => expect(sent()).toEqual(["a.jpg", "b.jpg"]));
  expect(desk.queue.shortage).toEqual({ photos: 4, need: 8_000, left: 5_500, fit: 2 });
  expect(desk.states().slice(2)).toEqual(["failed", "failed"]);

  desk.limits.left = null;
  desk.queue.retry(desk.queue.uploads.map(({ id }) => id));
  await vi.waitFor(() => expect(sent()).toHaveLength(3));
  expect(desk.queue.shortage).toBeNull();
});

test("what the room has is not sent", async () => {
  const twin = picture("twin.jpg");
  const sum = createHash("sha256")
    .update(Buffer.from(await twin.arrayBuffer()))
    .digest("hex");
  desk.api.knownPhotos.mockImplementation(async (sums) => ({
    items: sums.filter((one) => one === sum).map((sha256) => ({ sha256 })),
    next: null,
  }));
  desk.queue.add([picture("new.jpg"), twin, picture("other.jpg")]);
  await vi.waitFor(() => expect(sent()).toEqual(["new.jpg", "other.jpg"]));
  expect(desk.states()).toEqual(["sending", "already", "sending"]);
});

test("files are read just before they are sent, not all at once", async () => {
  const files = Array.from({ length: 100 }, (_, n) => picture(`${n}.jpg`));
  const reads = files.map((file) => vi.spyOn(file, "arrayBuffer"));
  const read = () => reads.filter((spy) => spy.mock.calls.length).length;
  desk.queue.add(files);
  await vi.waitFor(() => expect(sent()).toHaveLength(3));
  await settle();
  expect(read()).toBeLessThanOrEqual(12);
  for (let n = 0; n < 50; n++) {
    desk.sendings[n]!.resolve();
    await vi.waitFor(() => expect(sent().length).toBe(n + 4));
  }
  expect(read()).toBeLessThanOrEqual(62);
});

test("without an answer to these questions the files are sent all the same", async () => {
  desk.api.uploads.mockRejectedValue(new Error("offline"));
  desk.api.knownPhotos.mockRejectedValue(new Error("offline"));
  desk.queue.add([picture("a.jpg")]);
  await vi.waitFor(() => expect(sent()).toEqual(["a.jpg"]));
});

test("in a room that takes places out, photos that tell one are sent without a question", async () => {
  located.add("a.jpg");
  desk.queue.add([picture("a.jpg"), picture("b.jpg")]);
  await vi.waitFor(() => expect(sent()).toHaveLength(2));
  await settle();
  expect(desk.queue.uploads.map((upload) => upload.located)).toEqual([true, false]);
  expect(desk.queue.asked).toEqual([]);
});

test("in a room that hands out originals as they came, a photo with a place waits for a word", async () => {
  originals = "as_is";
  for (const name of ["a.jpg", "c.jpg"]) located.add(name);
  desk.queue.add(["a.jpg", "b.jpg", "c.jpg"].map((name) => picture(name)));
  await vi.waitFor(() => expect(sent()).toEqual(["b.jpg"]));
  await settle();
  expect(desk.queue.asked.map(({ file }) => file.name)).toEqual(["a.jpg", "c.jpg"]);
  desk.queue.agree();
  await vi.waitFor(() => expect(sent()).toEqual(["b.jpg", "a.jpg", "c.jpg"]));

  located.add("d.jpg");
  desk.queue.add([picture("d.jpg")]);
  await vi.waitFor(() => expect(desk.queue.asked.map(({ file }) => file.name)).toEqual(["d.jpg"]));
});

test("when the room changes its rule, what waited for a word is sent", async () => {
  originals = "as_is";
  located.add("a.jpg");
  desk.queue.add([picture("a.jpg")]);
  await vi.waitFor(() => expect(desk.queue.asked).toHaveLength(1));
  expect(sent()).toEqual([]);
  originals = "without_location";
  desk.queue.reconsider();
  await vi.waitFor(() => expect(sent()).toEqual(["a.jpg"]));
});
