import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/client";
import { makeDesk, picture, type UploadDesk } from "../../test/uploads";
import { GoneError, PassingError } from "./transfer";

let desk: UploadDesk;
const settle = (time = 20) => vi.advanceTimersByTimeAsync(time);
const add = async (...names: string[]) => {
  desk.queue.add(names.map((name) => picture(name)));
  await settle();
};
const sent = () => desk.sendings.map(({ name }) => name);

beforeEach(() => {
  vi.useFakeTimers();
  // The browser's own hashing runs beside the clock of the test.
  desk = makeDesk({ hash: async () => null });
});

afterEach(() => {
  desk.queue.cancel(desk.queue.uploads.map(({ id }) => id));
  vi.useRealTimers();
});

test("three files are sent at once, and the next one when one is done", async () => {
  await add("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg");
  expect(sent()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  desk.sendings[0]!.resolve();
  await settle();
  expect(desk.states()).toEqual(["done", "sending", "sending", "sending", "waiting"]);
  expect(desk.onSent).toHaveBeenCalledWith("remote-a.jpg", "p0001");
});

test("three hundred files go through three at a time, in their order", async () => {
  const names = Array.from({ length: 300 }, (_, n) => `${n}.jpg`);
  await add(...names);
  for (let n = 0; n < 300; n++) {
    expect(desk.states().filter((state) => state === "sending").length).toBeLessThanOrEqual(3);
    desk.sendings[n]!.resolve();
    await settle();
  }
  expect(sent()).toEqual(names);
  expect(new Set(desk.states())).toEqual(new Set(["done"]));
});

test("progress is told file by file, a few times a second and no more often", async () => {
  await add("a.jpg", "b.jpg");
  let tellings = 0;
  desk.queue.subscribe(() => tellings++);
  for (let n = 0; n <= 100; n++) {
    desk.sendings[1]!.onSent(n * 4);
    await settle(10);
  }
  expect(desk.queue.uploads.map((upload) => upload.sent)).toEqual([0, 400]);
  expect(tellings).toBeLessThanOrEqual(5);
});

test("a picture that is already in the room is a calm success, and not called mine", async () => {
  await add("a.jpg");
  desk.sendings[0]!.resolve({ already: true });
  await settle();
  expect(desk.states()).toEqual(["already"]);
  expect(desk.onSent).not.toHaveBeenCalled();
});

test("what the server says about a file is shown with that file alone", async () => {
  await add("a.jpg", "b.jpg");
  desk.sendings[0]!.reject(new ApiError(422, "broken", "This picture is damaged."));
  await settle();
  expect(desk.queue.uploads[0]).toMatchObject({
    state: "failed",
    message: "This picture is damaged.",
    retryable: false,
  });
  expect(desk.states()[1]).toBe("sending");
});

test("an empty file is refused before anything is asked", async () => {
  desk.queue.add([new File([], "empty.jpg")]);
  await settle();
  expect(desk.queue.uploads[0]).toMatchObject({ state: "failed", message: expect.stringContaining("empty") });
  expect(desk.sendings).toEqual([]);
});

test("the same files chosen again while they wait are not sent twice", async () => {
  await add("a.jpg", "b.jpg");
  await add("b.jpg", "c.jpg");
  expect(desk.queue.uploads).toHaveLength(3);
});

test("when the server is busy everything waits for as long as it said, and then goes on where it was", async () => {
  await add("a.jpg", "b.jpg", "c.jpg", "d.jpg");
  desk.sendings[0]!.onSent(700);
  desk.sendings[0]!.reject(new PassingError(429, 7));
  await settle(6_000);
  expect(desk.states()).toEqual(["stalled", "sending", "sending", "waiting"]);
  await settle(1_500);
  expect(sent()).toEqual(["a.jpg", "b.jpg", "c.jpg", "a.jpg"]);
  expect(desk.sendings[3]!.remote).toBe("remote-a.jpg");
});

test("a lost line is tried again by itself, after longer and longer waits", async () => {
  await add("a.jpg");
  for (let tries = 1; tries <= 8; tries++) {
    expect(desk.sendings).toHaveLength(tries);
    desk.sendings.at(-1)!.reject(new PassingError(0));
    await settle(20);
    expect(desk.states()).toEqual(["stalled"]);
    await settle(20_000);
  }
  desk.sendings.at(-1)!.reject(new PassingError(0));
  await settle(1_000);
  expect(desk.states()).toEqual(["stalled"]);
  dispatchEvent(new Event("online"));
  await settle();
  expect(desk.states()).toEqual(["sending"]);
});

test("a file that the server stumbles over again and again makes way for the others and can be tried again", async () => {
  await add("bad.jpg", "good.jpg");
  desk.sendings[1]!.resolve();
  for (let tries = 0; tries < 6; tries++) {
    desk.sendings.at(-1 - Number(tries === 0))!.onSent(1_000);
    desk.sendings.at(-1 - Number(tries === 0))!.reject(new PassingError(500));
    await settle(25_000);
  }
  expect(desk.queue.uploads[0]).toMatchObject({ state: "failed", retryable: true });
  expect(desk.sendings).toHaveLength(7);
  desk.queue.retry([desk.idOf("bad.jpg")]);
  await settle();
  expect(desk.states()).toEqual(["sending", "done"]);
});

test("an upload that the server no longer knows begins anew", async () => {
  await add("a.jpg");
  desk.sendings[0]!.onSent(900);
  desk.sendings[0]!.reject(new GoneError());
  await settle(1_000);
  expect(desk.sendings[1]!.remote).toBeNull();
});

test("a file that has vanished from the disk says so and does not wait for the line", async () => {
  await add("a.jpg");
  vi.spyOn(desk.queue.uploads[0]!.file, "slice").mockReturnValue({
    arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")),
  } as never);
  desk.sendings[0]!.reject(new PassingError(0));
  await settle();
  expect(desk.queue.uploads[0]).toMatchObject({ state: "failed", message: expect.stringContaining("choose it again") });
});

test("paused files stand still, others go on, and nothing of what was sent is lost", async () => {
  await add("a.jpg", "b.jpg", "c.jpg", "d.jpg");
  desk.sendings[0]!.onSent(600);
  desk.queue.pause([desk.idOf("a.jpg")]);
  await settle(60_000);
  expect(desk.sendings[0]!.signal.aborted).toBe(true);
  expect(desk.states()).toEqual(["paused", "sending", "sending", "sending"]);
  expect(desk.end).not.toHaveBeenCalled();
  desk.queue.unpause([desk.idOf("a.jpg")]);
  for (const sending of desk.sendings.slice(1)) sending.resolve();
  await settle();
  expect(desk.sendings.at(-1)).toMatchObject({ name: "a.jpg", remote: "remote-a.jpg" });
});

test("a late answer of a paused upload changes nothing", async () => {
  await add("a.jpg");
  desk.queue.pause([desk.idOf("a.jpg")]);
  desk.sendings[0]!.onSent(999);
  desk.sendings[0]!.reject(new Error("aborted"));
  await settle(60_000);
  expect(desk.queue.uploads[0]).toMatchObject({ state: "paused", sent: 0 });
});

test("a cancelled file leaves the list and the server", async () => {
  await add("a.jpg", "b.jpg");
  desk.queue.cancel([desk.idOf("a.jpg")]);
  desk.sendings[0]!.reject(new Error("aborted"));
  await settle();
  expect(desk.sendings[0]!.signal.aborted).toBe(true);
  expect(desk.end.mock.calls).toEqual([["remote-a.jpg"]]);
  expect(desk.states()).toEqual(["sending"]);
});

test("leaving the page is questioned while something is on its way that the browser could not store", async () => {
  const leave = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leave()).toBe(false);
  await add("a.jpg");
  expect(leave()).toBe(true);
  desk.list.set(desk.idOf("a.jpg"), { kept: true });
  expect(leave()).toBe(false);
});

test("a session that has ended is told, and may be a new one already: the file waits and is tried again", async () => {
  await add("a.jpg");
  desk.sendings[0]!.reject(new PassingError(401));
  await settle();
  expect(desk.onSignedOut).toHaveBeenCalledOnce();
  expect(desk.states()).toEqual(["stalled"]);
  desk.queue.resume();
  await settle();
  expect(desk.sendings).toHaveLength(2);
});

test("while the device is offline nothing is tried, everything waits and is counted, and nothing fails", async () => {
  await add("a.jpg", "b.jpg");
  desk.queue.hold(true);
  for (const sending of desk.sendings) sending.reject(new PassingError(0));
  await add("c.jpg");
  await settle(120_000);
  expect([desk.sendings.length, desk.queue.waiting]).toEqual([2, 3]);
  desk.queue.hold(false);
  await settle();
  expect(desk.sendings).toHaveLength(5);
  expect(desk.queue.waiting).toBe(0);
});
