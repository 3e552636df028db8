import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, OfflineError } from "../api/client";
import { makeEvent, makePhoto, makeRoom, pageOf } from "../test/shapes";
import { Outbox } from "./outbox";
import { RoomStore } from "./store/store";

const AWAY = new ApiError(503, "unknown", "The server is having trouble.");
const REFUSED = new ApiError(403, "forbidden", "Your role does not allow that.");
const GONE = new ApiError(404, "not_found", "There is nothing here.");

let store: RoomStore;
let outbox: Outbox;
const api = { changePhoto: vi.fn(), removePhoto: vi.fn(), restorePhoto: vi.fn() };
const talk = { comments: vi.fn(), say: vi.fn(), reword: vi.fn(), unsay: vi.fn(), sayAgain: vi.fn(), react: vi.fn() };
const onRefused = vi.fn();
const onSignedOut = vi.fn();

const photo = (n = 1) => store.photos.list.find(({ id }) => id === `p000${n}`)!;
const captions = () => store.photos.list.map(({ caption }) => caption);
const settle = () => vi.advanceTimersByTimeAsync(0);
const opened: Outbox[] = [];
const open = () => {
  const hearing = { onComment: vi.fn(), onReactions: vi.fn() };
  opened.push(new Outbox({ api, talk, me: "olive", store, owner: "lake.olive", onRefused, onSignedOut, ...hearing }));
  return opened.at(-1)!;
};
const caption = (text: string, n = 1) => outbox.add({ kind: "words", photo: photo(n), caption: text, alt: "" });

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  sessionStorage.clear();
  store = new RoomStore(makeRoom({ seq: 2, photos: 2 }), pageOf([makePhoto(2), makePhoto(1)]));
  let seq = 10;
  api.changePhoto.mockReset().mockImplementation(async (id: string, words: object) => {
    const n = Number(id.slice(1));
    return makePhoto(n, { ...words, seq: ++seq });
  });
  api.removePhoto.mockReset().mockResolvedValue(undefined);
  api.restorePhoto.mockReset().mockImplementation(async () => makePhoto(1, { seq: ++seq }));
  outbox = open();
});

afterEach(() => {
  for (const one of opened.splice(0)) one.changes = [];
  vi.useRealTimers();
});

test("a change is on the screen before the server has heard of it, and stays when it has", async () => {
  caption("Lift-off");
  expect(captions()).toEqual(["", "Lift-off"]);
  await settle();
  expect(captions()).toEqual(["", "Lift-off"]);
  expect(store.photos.known("p0001")?.caption).toBe("Lift-off");
  expect([outbox.changes, outbox.waiting]).toEqual([[], 0]);
});

test.each([new OfflineError(), AWAY, new ApiError(502, "", ""), new ApiError(504, "", ""), new ApiError(429, "", "")])(
  "what meets %o waits, is counted, and goes out in order when the server is back",
  async (problem) => {
    api.changePhoto.mockRejectedValueOnce(problem);
    caption("first");
    caption("second", 2);
    outbox.add({ kind: "removal", photo: photo(2) });
    await settle();
    expect([captions(), outbox.waiting]).toEqual([["first"], 3]);
    expect(api.removePhoto).not.toHaveBeenCalled();
    outbox.retry();
    await settle();
    expect(api.changePhoto.mock.calls.slice(1).map(([id]) => id)).toEqual(["p0001", "p0002"]);
    expect(api.removePhoto).toHaveBeenCalledWith("p0002");
    expect([captions(), outbox.waiting]).toEqual([["first"], 0]);
    expect(onRefused).not.toHaveBeenCalled();
  },
);

test("it is tried again by itself too, because not every server that comes back can say so", async () => {
  api.changePhoto.mockRejectedValueOnce(AWAY);
  caption("patient");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(api.changePhoto).toHaveBeenCalledTimes(2);
  expect(outbox.waiting).toBe(0);
});

test("a refusal takes the change back, says so, and lets the next one through", async () => {
  api.changePhoto.mockRejectedValueOnce(REFUSED);
  caption("not mine");
  caption("mine", 2);
  await settle();
  expect(captions()).toEqual(["mine", ""]);
  expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ kind: "words", caption: "not mine" }), REFUSED);
});

test("a refused removal brings the photo back, and an undo that waited for it is not sent", async () => {
  api.removePhoto.mockRejectedValueOnce(REFUSED);
  const removed = photo();
  outbox.add({ kind: "removal", photo: removed });
  outbox.add({ kind: "restoral", photo: removed });
  await settle();
  expect(store.photos.list).toHaveLength(2);
  expect(api.restorePhoto).not.toHaveBeenCalled();
  expect(onRefused).toHaveBeenCalledOnce();
});

test("a removed photo stays away until its event comes, and after it", async () => {
  outbox.add({ kind: "removal", photo: photo() });
  expect(store.photos.list).toHaveLength(1);
  await settle();
  expect(store.photos.list).toHaveLength(1);
  store.apply([makeEvent(3, "photo.removed", { id: "p0001" })]);
  expect(store.photos.list).toHaveLength(1);
});

test("a removal that waits survives a fresh snapshot", async () => {
  api.removePhoto.mockRejectedValue(AWAY);
  outbox.add({ kind: "removal", photo: photo() });
  await settle();
  store.restart(makeRoom({ seq: 9 }), [pageOf([makePhoto(2), makePhoto(1)])]);
  expect(store.photos.list.map(({ id }) => id)).toEqual(["p0002"]);
});

test("while the device is offline nothing is tried, and an undo takes a removal back without a word to the server", async () => {
  outbox.hold(true);
  const removed = photo();
  outbox.add({ kind: "removal", photo: removed });
  caption("offline", 2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([outbox.waiting, api.removePhoto.mock.calls.length]).toEqual([2, 0]);
  outbox.add({ kind: "restoral", photo: removed });
  expect([store.photos.list.length, outbox.waiting]).toEqual([2, 1]);
  outbox.hold(false);
  await settle();
  expect([outbox.waiting, captions()]).toEqual([0, ["offline", ""]]);
  expect([api.removePhoto.mock.calls.length, api.restorePhoto.mock.calls.length]).toEqual([0, 0]);
});

test("an undo of a removal that may have arrived asks for the photo back, and does not mind if it never went", async () => {
  api.removePhoto.mockRejectedValueOnce(new OfflineError());
  const removed = photo();
  outbox.add({ kind: "removal", photo: removed });
  await settle();
  api.restorePhoto.mockRejectedValueOnce(GONE);
  outbox.add({ kind: "restoral", photo: removed });
  await settle();
  expect([api.removePhoto.mock.calls.length, api.restorePhoto.mock.calls.length]).toEqual([1, 1]);
  expect([store.photos.list.length, outbox.waiting]).toEqual([2, 0]);
  expect(onRefused).not.toHaveBeenCalled();
});

test("an undo of a removal that has happened shows the photo at once, also while the server is away", async () => {
  const removed = photo();
  outbox.add({ kind: "removal", photo: removed });
  await settle();
  store.apply([makeEvent(3, "photo.removed", { id: "p0001" })]);
  api.restorePhoto.mockRejectedValueOnce(AWAY);
  outbox.add({ kind: "restoral", photo: removed });
  await settle();
  expect([store.photos.list.length, outbox.waiting]).toEqual([2, 1]);
  outbox.retry();
  await settle();
  expect([store.photos.list.length, outbox.waiting]).toEqual([2, 0]);
});

test("a photo that is gone already needs no removing, and one that is back no restoring", async () => {
  api.removePhoto.mockRejectedValueOnce(GONE);
  outbox.add({ kind: "removal", photo: photo() });
  await settle();
  api.restorePhoto.mockRejectedValueOnce(new OfflineError()).mockRejectedValueOnce(GONE);
  outbox.add({ kind: "restoral", photo: makePhoto(1) });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outbox.changes).toEqual([]);
  expect(onRefused).not.toHaveBeenCalled();
});

test("newer words take the place of words that wait, but not of words on their way", async () => {
  api.changePhoto.mockRejectedValueOnce(AWAY);
  caption("one");
  await settle();
  caption("two");
  caption("three");
  await settle();
  expect(api.changePhoto.mock.calls.map(([, words]) => words.caption)).toEqual(["one", "two", "three"]);
  expect(captions()).toEqual(["", "three"]);
});

test("what somebody else changes meanwhile is not held up by mine", async () => {
  api.changePhoto.mockRejectedValue(AWAY);
  caption("mine");
  await settle();
  store.apply([makeEvent(3, "photo.changed", makePhoto(1, { seq: 3, caption: "theirs", state: "failed" }))]);
  expect(photo()).toMatchObject({ caption: "mine", state: "failed" });
});

test("what waits survives a reload, and goes out afterwards", async () => {
  api.changePhoto.mockRejectedValueOnce(new OfflineError());
  caption("before the reload");
  await settle();
  store = new RoomStore(makeRoom({ seq: 2 }), pageOf([makePhoto(2), makePhoto(1)]));
  outbox = open();
  expect([captions(), outbox.waiting]).toEqual([["", "before the reload"], 1]);
  outbox.retry();
  await settle();
  expect([outbox.waiting, sessionStorage.length]).toEqual([0, 0]);
});

test("leaving is questioned only while something waits", async () => {
  const leave = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leave()).toBe(false);
  api.changePhoto.mockRejectedValue(AWAY);
  caption("unsaved");
  await settle();
  expect(leave()).toBe(true);
});

test("a session that has ended is told, and the change waits for the next one", async () => {
  api.changePhoto.mockRejectedValueOnce(new ApiError(401, "not_signed_in", "Please sign in."));
  caption("who am I");
  await settle();
  expect(onSignedOut).toHaveBeenCalledOnce();
  expect(outbox.waiting).toBe(1);
});
