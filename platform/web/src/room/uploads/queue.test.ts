import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, OfflineError } from "../../api/client";
import { makePhoto } from "../../test/shapes";
import { UploadQueue } from "./queue";
import { sumUp } from "./summary";
import { SlowDownError, type Sent, type sendFile } from "./transfer";

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
const picture = (name: string, bytes: Uint8Array<ArrayBuffer> = JPEG) => new File([bytes], name);
const target = { address: "/photos", csrf: "t" };

interface Sending {
  name: string;
  resolve: (sent: Sent) => void;
  reject: (problem: unknown) => void;
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

let sendings: Sending[];
let queue: UploadQueue;
const onPhoto = vi.fn();
const onSignedOut = vi.fn();
const send: typeof sendFile = (_target, _file, name, onProgress, signal) =>
  new Promise((resolve, reject) => sendings.push({ name, resolve, reject, onProgress, signal }));
const settle = () => vi.advanceTimersByTimeAsync(10);
const states = () => queue.uploads.map(({ state }) => state);

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  sendings = [];
  queue = new UploadQueue({ target, send, onPhoto, onSignedOut });
});

afterEach(() => {
  queue.cancelAll();
  vi.useRealTimers();
});

test("three files are sent at once, and the next one when one is done", async () => {
  queue.add(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"].map((name) => picture(name)));
  await settle();
  expect(sendings.map(({ name }) => name)).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  sendings[0]!.resolve({ photo: makePhoto(1), already: false });
  await settle();
  expect(states()).toEqual(["done", "sending", "sending", "sending", "waiting"]);
  expect(onPhoto).toHaveBeenCalledWith(makePhoto(1));
});

test("progress is told file by file", async () => {
  queue.add([picture("a.jpg"), picture("b.jpg")]);
  await settle();
  sendings[1]!.onProgress(0.4);
  expect(queue.uploads.map(({ progress }) => progress)).toEqual([0, 0.4]);
});

test("a picture that is already in the room is a calm success", async () => {
  queue.add([picture("a.jpg")]);
  await settle();
  sendings[0]!.resolve({ photo: makePhoto(1), already: true });
  await settle();
  expect(states()).toEqual(["already"]);
});

test("a file over 50 MB is refused before it is sent", async () => {
  const large = picture("large.jpg");
  Object.defineProperty(large, "size", { value: 60 * 1024 * 1024 });
  queue.add([large]);
  await settle();
  expect(sendings).toHaveLength(0);
  expect(queue.uploads[0]).toMatchObject({ state: "failed", message: expect.stringContaining("50 MB") });
});

test("what the server says about a file is shown with that file alone", async () => {
  queue.add([picture("a.jpg"), picture("b.jpg")]);
  await settle();
  sendings[0]!.reject(new ApiError(422, "broken", "This picture is damaged."));
  await settle();
  expect(queue.uploads[0]).toMatchObject({ state: "failed", message: "This picture is damaged.", retryable: false });
  expect(states()[1]).toBe("sending");
});

test("when the server is busy the file waits for as long as it said", async () => {
  queue.add([picture("a.jpg")]);
  await settle();
  sendings[0]!.reject(new SlowDownError(7));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(states()).toEqual(["paused"]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(sendings).toHaveLength(2);
});

test("a lost line is tried again by itself, and what had arrived counts as added", async () => {
  queue.add([picture("a.jpg")]);
  await settle();
  sendings[0]!.reject(new OfflineError());
  await settle();
  expect(states()).toEqual(["paused"]);
  dispatchEvent(new Event("online"));
  await settle();
  sendings[1]!.resolve({ photo: makePhoto(1), already: true });
  await settle();
  expect(states()).toEqual(["done"]);
});

test("a cancelled file is stopped and leaves the list", async () => {
  queue.add([picture("a.jpg"), picture("b.jpg")]);
  await settle();
  queue.cancel(queue.uploads[0]!.id);
  expect(sendings[0]!.signal.aborted).toBe(true);
  sendings[0]!.reject(new Error("aborted"));
  await settle();
  expect(states()).toEqual(["sending"]);
});

test("leaving the page is questioned only while something is on its way", async () => {
  const leave = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leave()).toBe(false);
  queue.add([picture("a.jpg")]);
  await settle();
  expect(leave()).toBe(true);
});

test("a session that has ended is told", async () => {
  queue.add([picture("a.jpg")]);
  await settle();
  sendings[0]!.reject(new ApiError(401, "not_signed_in", "Please sign in."));
  await settle();
  expect(onSignedOut).toHaveBeenCalledOnce();
});

test("a session that has ended may be a new one already: the file waits and is tried again", async () => {
  queue.add([picture("a.jpg")]);
  await settle();
  sendings[0]!.reject(new ApiError(401, "not_signed_in", "Please sign in."));
  await settle();
  expect(states()).toEqual(["paused"]);
  queue.resume();
  await settle();
  expect(sendings).toHaveLength(2);
});

test("while the device is offline nothing is tried, everything waits and is counted, and nothing fails", async () => {
  queue.add([picture("a.jpg"), picture("b.jpg")]);
  await settle();
  queue.hold(true);
  sendings[0]!.reject(new OfflineError());
  sendings[1]!.reject(new OfflineError());
  queue.add([picture("c.jpg")]);
  await vi.advanceTimersByTimeAsync(120_000);
  expect([sendings.length, queue.waiting]).toEqual([2, 3]);
  expect(sumUp(queue.uploads, true).text).toBe("Offline: 3 photos wait");
  queue.hold(false);
  await settle();
  expect(sendings).toHaveLength(5);
  expect(queue.waiting).toBe(0);
});
