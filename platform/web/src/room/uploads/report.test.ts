import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ReportedUpload, Sketch } from "../../api/types";
import { makeDesk, picture, type UploadDesk } from "../../test/uploads";
import { outgoingOf } from "./outgoing";
import { Previews } from "./previews";
import { UploadReport } from "./report";
import type { Drawing } from "./sketch";

const SKETCH: Sketch = { thumbhash: "a".repeat(36), width: 4032, height: 3024 };
const PICTURE = new Blob(["small"], { type: "image/webp" });

let told: { at: number; uploads: ReportedUpload[] }[];
let desk: UploadDesk;
let previews: Previews;
let report: UploadReport;
let mayUpload: boolean;
const draw = vi.fn(async (): Promise<Drawing> => ({ sketch: SKETCH, picture: PICTURE }));
const show = vi.fn(async () => {});
const wait = (time: number) => vi.advanceTimersByTimeAsync(time);

beforeEach(() => {
  vi.useFakeTimers();
  draw.mockReset().mockResolvedValue({ sketch: SKETCH, picture: PICTURE });
  show.mockReset().mockResolvedValue();
  [told, mayUpload] = [[], true];
  desk = makeDesk({ hash: async () => null });
  previews = new Previews({ queue: desk.queue, show, draw });
  report = new UploadReport({
    queue: desk.queue,
    previews,
    send: (frame) => frame.type === "upload" && told.push({ at: Date.now(), uploads: frame.uploads }),
    mayUpload: () => mayUpload,
  });
});

afterEach(() => {
  desk.queue.cancel(desk.queue.uploads.map(({ id }) => id));
  vi.useRealTimers();
});

test("what is being sent is told with its blur and shape under its name on the server, and what waits is not", async () => {
  desk.queue.add(["a.jpg", "b.jpg", "c.jpg", "d.jpg"].map((name) => picture(name)));
  await wait(1_200);
  expect(told.at(-1)!.uploads.map(({ id }) => id)).toEqual(["remote-a.jpg", "remote-b.jpg", "remote-c.jpg"]);
  expect(told.at(-1)!.uploads[0]).toEqual({ id: "remote-a.jpg", progress: 0, ...SKETCH, preview: true });
});

test("a preview is announced when the server has it, and never when it does not", async () => {
  let arrive = () => {};
  show.mockImplementationOnce(() => new Promise<void>((resolve) => (arrive = resolve)));
  show.mockImplementationOnce(() => Promise.reject(new Error("refused")));
  desk.queue.add([picture("a.jpg"), picture("b.jpg")]);
  await wait(2_000);
  expect(show.mock.calls).toEqual([
    ["remote-a.jpg", PICTURE],
    ["remote-b.jpg", PICTURE],
  ]);
  expect(told.at(-1)!.uploads.map(({ preview }) => preview)).toEqual([undefined, undefined]);
  arrive();
  await wait(600);
  expect(told.at(-1)!.uploads.map(({ preview }) => preview)).toEqual([true, undefined]);
});

test("nothing is told before its shape is known, and a picture the browser cannot read is told without", async () => {
  let drawn = (_drawing: Drawing) => {};
  draw.mockImplementation(() => new Promise((resolve) => (drawn = resolve)));
  desk.queue.add([picture("a.heic")]);
  await wait(2_000);
  expect(told).toEqual([]);
  expect(outgoingOf(desk.queue.uploads, previews)).toEqual([]);
  drawn({ sketch: {}, picture: null });
  await wait(0);
  expect(Object.keys(told[0]!.uploads[0]!)).toEqual(["id", "progress"]);
  expect(show).not.toHaveBeenCalled();
});

test("pictures are drawn one after another, and no more of them than are soon needed", async () => {
  let drawing = 0;
  draw.mockImplementation(async () => {
    expect(++drawing).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    drawing--;
    return { sketch: SKETCH, picture: null };
  });
  desk.queue.add(Array.from({ length: 300 }, (_, n) => picture(`${n}.jpg`)));
  await wait(20_000);
  expect(draw).toHaveBeenCalledTimes(5);
});

test("my own wall shows what is under way and what has come through, until I give it up", async () => {
  desk.queue.add([picture("a.jpg"), picture("b.jpg"), picture("c.jpg")]);
  await wait(100);
  desk.sendings[0]!.onSent(500);
  desk.sendings[1]!.resolve();
  desk.sendings[2]!.resolve({ already: true });
  await wait(100);
  const wall = () => outgoingOf(desk.queue.uploads, previews).map(({ id, progress, width }) => [id, progress, width]);
  expect(wall()).toEqual([
    ["remote-a.jpg", 0.5, 4032],
    ["remote-b.jpg", 1, 4032],
  ]);
  desk.queue.cancel([desk.idOf("a.jpg")]);
  expect(wall()).toEqual([["remote-b.jpg", 1, 4032]]);
});

test("however fast it goes, at most two frames a second are sent, and the last says how it is", async () => {
  desk.queue.add([picture("a.jpg", 100)]);
  await wait(10);
  for (let n = 1; n <= 100; n++) {
    desk.sendings[0]!.onSent(n);
    await wait(20);
  }
  await wait(1_000);
  for (let n = 1; n < told.length; n++) expect(told[n]!.at - told[n - 1]!.at).toBeGreaterThanOrEqual(500);
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)!.uploads[0]!.progress).toBe(1);
});

test("an upload that stands still is told again before the server forgets it", async () => {
  desk.queue.add([picture("a.jpg")]);
  await wait(1_000);
  desk.queue.pause([desk.idOf("a.jpg")]);
  await wait(60_000);
  const gaps = told.slice(1).map(({ at }, n) => at - told[n]!.at);
  expect(gaps.length).toBeGreaterThan(4);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
});

test("when everything is sent an empty list says so, once", async () => {
  desk.queue.add([picture("a.jpg")]);
  await wait(1_200);
  desk.sendings[0]!.resolve();
  await wait(60_000);
  expect(told.at(-1)!.uploads).toEqual([]);
  expect(told.filter(({ uploads }) => !uploads.length)).toHaveLength(1);
});

test("a new connection is told again", async () => {
  desk.queue.add([picture("a.jpg")]);
  await wait(1_200);
  const before = told.length;
  report.restart();
  await wait(0);
  expect(told).toHaveLength(before + 1);
});

test("somebody who has nothing to send says nothing, nor does somebody who may not", async () => {
  report.restart();
  mayUpload = false;
  desk.queue.add([picture("a.jpg")]);
  await wait(20_000);
  expect(told).toEqual([]);
});

test("even twenty uploads fit into a frame of four kilobytes, those in flight first", async () => {
  desk.queue.add(Array.from({ length: 40 }, (_, n) => picture(`${n}.jpg`)));
  for (let n = 0; n < 40; n++) {
    await wait(100);
    desk.queue.pause([desk.queue.uploads[n]!.id]);
    desk.list.set(desk.queue.uploads[n]!.id, { remote: `01a2b3c4-d5e6-7890-abcd-ef01234567${n + 10}`, sent: 570 });
  }
  desk.queue.unpause(desk.queue.uploads.slice(37).map(({ id }) => id));
  await wait(2_000);
  const { uploads } = told.at(-1)!;
  expect(uploads).toHaveLength(20);
  expect(uploads.slice(0, 3).map(({ id }) => id.slice(-2))).toEqual(["47", "48", "49"]);
  expect(JSON.stringify({ type: "upload", uploads }).length).toBeLessThan(4096);
});
