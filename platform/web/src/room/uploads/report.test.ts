import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientFrame, Sketch } from "../../api/types";
import { UploadQueue } from "./queue";
import { UploadReport } from "./report";
import type { Sent, sendFile } from "./transfer";

const SKETCH: Sketch = { thumbhash: "a".repeat(36), width: 4032, height: 3024 };
const picture = (name: string) => new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])], name);

let progress: ((share: number) => void)[];
let finish: ((sent: Sent) => void)[];
let sent: { at: number; uploads: (ClientFrame & { type: "upload" })["uploads"] }[];
let queue: UploadQueue;
let report: UploadReport;
let mayUpload: boolean;
const sketch = vi.fn(async () => SKETCH);
const send: typeof sendFile = (_target, _file, _name, onProgress) =>
  new Promise((resolve) => {
    progress.push(onProgress);
    finish.push(resolve);
  });

beforeEach(() => {
  vi.useFakeTimers();
  sketch.mockReset().mockImplementation(async () => SKETCH);
  [progress, finish, sent, mayUpload] = [[], [], [], true];
  const target = { address: "/photos", csrf: "t" };
  queue = new UploadQueue({ target, send, onPhoto: vi.fn(), onSignedOut: vi.fn() });
  report = new UploadReport({
    queue,
    send: (frame) => frame.type === "upload" && sent.push({ at: Date.now(), uploads: frame.uploads }),
    mayUpload: () => mayUpload,
    sketch,
  });
});

afterEach(() => {
  queue.cancelAll();
  vi.useRealTimers();
});

test("what is being sent is told with its blur and shape, and what waits is not", async () => {
  queue.add(["a.jpg", "b.jpg", "c.jpg", "d.jpg"].map(picture));
  await vi.advanceTimersByTimeAsync(600);
  expect(sent.at(-1)!.uploads).toHaveLength(3);
  expect(sent.at(-1)!.uploads[0]).toEqual({ id: expect.stringMatching(/^\w{1,60}-1$/), progress: 0, ...SKETCH });
});

test("nothing is told before its shape is known, and a picture the browser cannot read is told without", async () => {
  let drawn = (_sketch: Sketch) => {};
  sketch.mockImplementation(() => new Promise((resolve) => (drawn = resolve)));
  queue.add([picture("a.heic")]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent).toEqual([]);
  drawn({});
  await vi.advanceTimersByTimeAsync(0);
  expect(Object.keys(sent[0]!.uploads[0]!)).toEqual(["id", "progress"]);
});

test("pictures are drawn one after another", async () => {
  let drawing = 0;
  sketch.mockImplementation(async () => {
    expect(++drawing).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    drawing--;
    return SKETCH;
  });
  queue.add(["a.jpg", "b.jpg", "c.jpg"].map(picture));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sketch).toHaveBeenCalledTimes(3);
});

test("however fast it goes, at most two frames a second are sent, and the last says how it is", async () => {
  queue.add([picture("a.jpg")]);
  await vi.advanceTimersByTimeAsync(10);
  for (let n = 1; n <= 100; n++) {
    progress[0]!(n / 100);
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(600);
  for (let n = 1; n < sent.length; n++) expect(sent[n]!.at - sent[n - 1]!.at).toBeGreaterThanOrEqual(500);
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.at(-1)!.uploads[0]!.progress).toBe(1);
});

test("an upload that stands still is told again before the server forgets it", async () => {
  queue.add([picture("a.jpg")]);
  await vi.advanceTimersByTimeAsync(60_000);
  const gaps = sent.slice(1).map(({ at }, n) => at - sent[n]!.at);
  expect(gaps.length).toBeGreaterThan(4);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
});

test("when everything is sent an empty list says so, once", async () => {
  queue.add([picture("a.jpg")]);
  await vi.advanceTimersByTimeAsync(600);
  finish[0]!({ photo: {} as Sent["photo"], already: false });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.map(({ uploads }) => uploads.length)).toEqual([1, 0]);
});

test("a new connection is told again", async () => {
  queue.add([picture("a.jpg")]);
  await vi.advanceTimersByTimeAsync(1_000);
  const before = sent.length;
  report.restart();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toHaveLength(before + 1);
});

test("somebody who has nothing to send says nothing, nor does somebody who may not", async () => {
  report.restart();
  mayUpload = false;
  queue.add([picture("a.jpg")]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sent).toEqual([]);
});

test("even twenty uploads fit into a frame of four kilobytes, those in flight first", async () => {
  queue.add(Array.from({ length: 40 }, (_, n) => picture(`${n}.jpg`)));
  await vi.advanceTimersByTimeAsync(600);
  queue.uploads = queue.uploads.map((upload, n) => ({
    ...upload,
    state: n < 30 ? "paused" : "sending",
    progress: 0.57,
  }));
  report.restart();
  await vi.advanceTimersByTimeAsync(600);
  const { uploads } = sent.at(-1)!;
  expect(uploads).toHaveLength(20);
  expect(uploads.slice(0, 10).map(({ id }) => Number(id.split("-")[1]))).toEqual([
    31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  ]);
  expect(JSON.stringify({ type: "upload", uploads }).length).toBeLessThan(4096);
});
