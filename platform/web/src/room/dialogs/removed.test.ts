import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, OfflineError } from "../../api/client";
import type { RemovedPhoto } from "../../api/types";
import { ANA, makeEvent, makePhoto, makeRoom, pageOf } from "../../test/shapes";
import { RoomStore } from "../store/store";
import { nameRemaining } from "./remaining";
import { GRACE_SECONDS, RemovedPhotos } from "./removed";

const makeRemoved = (n: number): RemovedPhoto => ({
  ...makePhoto(n),
  removed_at: "2026-11-01T12:00:00Z",
  removed_by: ANA,
  gone_at: "2026-12-01T12:00:00Z",
  preview: `/removed/${n}`,
});
const [FIRST, SECOND, THIRD] = [makeRemoved(1), makeRemoved(2), makeRemoved(3)] as const;

const library = { removed: vi.fn(), deleteForGood: vi.fn() };
const api = { restorePhoto: vi.fn() };
const onProblem = vi.fn();
let store: RoomStore;
let list: RemovedPhotos;
const shown = () => list.list.map(({ id }) => id);
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetAllMocks();
  library.removed.mockResolvedValue({ items: [THIRD, SECOND], next: SECOND.id });
  library.deleteForGood.mockResolvedValue(undefined);
  store = new RoomStore(makeRoom({ seq: 10 }), pageOf([]));
  list = new RemovedPhotos({ library, store, api, onProblem });
  await list.load();
});

afterEach(() => vi.useRealTimers());

test("a page after the other is read", async () => {
  library.removed.mockResolvedValue({ items: [FIRST], next: null });
  await list.loadMore();
  expect(library.removed).toHaveBeenLastCalledWith(SECOND.id, expect.any(Number));
  expect([shown(), list.next]).toEqual([[THIRD.id, SECOND.id, FIRST.id], null]);
});

test("what somebody else brings back leaves the list", () => {
  store.apply([makeEvent(11, "photo.restored", { ...makePhoto(2), seq: 11 })]);
  expect(shown()).toEqual([THIRD.id]);
});

test("a photo the page does not yet know to be removed is in the list all the same", () => {
  store = new RoomStore(makeRoom({ seq: 1 }), pageOf([makePhoto(2, { seq: 1 })]));
  list = new RemovedPhotos({ library, store, api, onProblem });
  return list.load().then(() => expect(shown()).toEqual([THIRD.id, SECOND.id]));
});

test("what I bring back leaves the list at once and is in the room", async () => {
  api.restorePhoto.mockResolvedValue({ ...makePhoto(2), seq: 11 });
  const done = list.bringBack(SECOND);
  expect(shown()).toEqual([THIRD.id]);
  await done;
  expect(shown()).toEqual([THIRD.id]);
  expect(store.photos.list.map(({ id }) => id)).toEqual([SECOND.id]);
});

test("what cannot come back is in the list again, and why is said", async () => {
  api.restorePhoto.mockRejectedValue(new ApiError(409, "duplicate", "The same picture is in the room again."));
  await list.bringBack(SECOND);
  expect([shown(), list.problem]).toEqual([[THIRD.id, SECOND.id], expect.any(ApiError)]);
  expect(onProblem).toHaveBeenCalledOnce();
});

test("what somebody else was quicker with leaves the list without a word", async () => {
  api.restorePhoto.mockRejectedValue(new ApiError(404, "not_found", "No such thing."));
  await list.bringBack(SECOND);
  expect(shown()).toEqual([THIRD.id]);
  expect(onProblem).not.toHaveBeenCalled();
});

test("a photo is deleted for good only after a moment in which it can be kept", async () => {
  list.deleteSoon(SECOND.id);
  list.deleteSoon(THIRD.id);
  expect(list.secondsOf(SECOND.id)).toBe(GRACE_SECONDS);
  await pass(GRACE_SECONDS - 1);
  expect(list.secondsOf(SECOND.id)).toBe(1);
  expect(library.deleteForGood).not.toHaveBeenCalled();
  list.keep(SECOND.id);
  await pass(1);
  expect(library.deleteForGood.mock.calls).toEqual([[THIRD.id]]);
  expect(shown()).toEqual([SECOND.id]);
  await pass(60);
  expect(library.deleteForGood).toHaveBeenCalledTimes(1);
});

test("what could not be deleted stays, and why is said", async () => {
  library.deleteForGood.mockRejectedValue(new OfflineError());
  list.deleteSoon(SECOND.id);
  await pass(GRACE_SECONDS);
  expect([shown(), list.secondsOf(SECOND.id)]).toEqual([[THIRD.id, SECOND.id], null]);
  expect(onProblem).toHaveBeenCalledOnce();
});

test("what is gone already needs no second word", async () => {
  library.deleteForGood.mockRejectedValue(new ApiError(404, "not_found", "No such thing."));
  list.deleteSoon(SECOND.id);
  await pass(GRACE_SECONDS);
  expect(shown()).toEqual([THIRD.id]);
  expect(onProblem).not.toHaveBeenCalled();
});

test("many changes of the room are one reason to read the list again", async () => {
  for (let n = 0; n < 5; n++) list.loadSoon();
  await pass(1);
  expect(library.removed).toHaveBeenCalledTimes(2);
});

test("a list that cannot be read says why, and keeps what it had", async () => {
  library.removed.mockRejectedValue(new OfflineError());
  await list.load();
  expect([shown(), list.problem]).toEqual([[THIRD.id, SECOND.id], expect.any(OfflineError)]);
});

test("the time that is left is said in days, and towards the end in hours that are really left", () => {
  const now = Date.parse("2026-11-18T12:00:00Z");
  const left = (gone_at: string) => nameRemaining(gone_at, now);
  expect(left("2026-12-01T11:59:00Z")).toBe("13 days left");
  expect(left("2026-11-20T12:00:00Z")).toBe("2 days left");
  expect(left("2026-11-20T11:59:00Z")).toBe("47 hours left");
  expect(left("2026-11-18T13:30:00Z")).toBe("1 hour left");
  expect(left("2026-11-18T12:10:00Z")).toBe("less than an hour left");
  expect(left("2026-11-17T12:00:00Z")).toBe("less than an hour left");
});
