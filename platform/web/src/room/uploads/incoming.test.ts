import { beforeEach, expect, test } from "vitest";
import type { SentUpload } from "../../api/types";
import { ANA, OLIVE, makePhoto } from "../../test/shapes";
import { IncomingUploads } from "./incoming";

const BEN = { id: "ben", name: "Ben" };
const sent = (id: string, change: Partial<SentUpload> = {}): SentUpload => ({
  user: ANA,
  id,
  progress: 0.5,
  thumbhash: null,
  width: 300,
  height: 200,
  ...change,
});

let incoming: IncomingUploads;
const tell = (...uploads: SentUpload[]) => incoming.take({ type: "uploads", uploads });
const ids = () => incoming.list.map(({ key }) => key);
const arrive = (change = {}) => incoming.arrive(makePhoto(1, { uploader: ANA, width: 300, height: 200, ...change }));

beforeEach(() => {
  incoming = new IncomingUploads(OLIVE.id);
});

test("what others send is shown, the latest first, and my own is not", () => {
  tell(sent("a"), sent("mine", { user: OLIVE }));
  tell(sent("a"), sent("b", { user: BEN }), sent("mine", { user: OLIVE }));
  expect(ids()).toEqual(["ben/b", "ana/a"]);
});

test("it keeps its place, whatever order the server names it in, and goes when it is no longer named", () => {
  tell(sent("a"), sent("b"), sent("c"));
  tell(sent("c"), sent("a", { progress: 0.9 }), sent("b"));
  expect(ids()).toEqual(["ana/c", "ana/b", "ana/a"]);
  expect(incoming.list.at(-1)?.progress).toBe(0.9);
  tell(sent("b"));
  expect(ids()).toEqual(["ana/b"]);
});

test("a photo takes the place of the upload it came by before the next report says so", () => {
  tell(sent("a", { progress: 0.2 }), sent("b", { progress: 1 }), sent("c", { progress: 1, user: BEN }));
  arrive();
  expect(ids()).toEqual(["ben/c", "ana/a"]);
  tell(sent("a", { progress: 0.3 }), sent("b", { progress: 1 }), sent("c", { progress: 1, user: BEN }));
  expect(ids()).toEqual(["ben/c", "ana/a"]);
  tell(sent("a", { progress: 0.4 }));
  tell(sent("a", { progress: 0.4 }), sent("b", { progress: 0 }));
  expect(ids()).toEqual(["ana/b", "ana/a"]);
});

test("a photo of another shape came by another upload, unless the shape was not known", () => {
  tell(sent("a"), sent("b", { width: null, height: null }));
  arrive({ width: 4000, height: 3000 });
  expect(ids()).toEqual(["ana/a"]);
  arrive({ width: 4000, height: 3000 });
  expect(ids()).toEqual(["ana/a"]);
});

test("a crowd of uploads does not push the photos out of sight", () => {
  tell(...Array.from({ length: 50 }, (_, n) => sent(`${n}`)));
  expect(ids()).toHaveLength(12);
});
