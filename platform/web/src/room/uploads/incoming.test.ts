import { beforeEach, expect, test } from "vitest";
import type { SentUpload } from "../../api/types";
import { ANA, OLIVE } from "../../test/shapes";
import { IncomingUploads, type Outgoing } from "./incoming";

const BEN = { id: "ben", name: "Ben" };
const SHAPE = { progress: 0.5, thumbhash: null, width: 300, height: 200 };
const sent = (id: string, change: Partial<SentUpload> = {}): SentUpload => ({
  user: ANA,
  id,
  preview: false,
  ...SHAPE,
  ...change,
});
const mine = (id: string, change: Partial<Outgoing> = {}): Outgoing => ({ id, picture: null, ...SHAPE, ...change });

let incoming: IncomingUploads;
const tell = (...uploads: SentUpload[]) => incoming.take({ type: "uploads", uploads });
const ids = () => incoming.list.map(({ id }) => id);

beforeEach(() => {
  incoming = new IncomingUploads(OLIVE, (upload) => `/preview/${upload}`);
});

test("what is being sent is shown, the latest first", () => {
  tell(sent("a"));
  tell(sent("a"), sent("b", { user: BEN }));
  expect(ids()).toEqual(["b", "a"]);
});

test("it keeps its place, whatever order the server names it in, and goes when it is no longer named", () => {
  tell(sent("a"), sent("b"), sent("c"));
  tell(sent("c"), sent("a", { progress: 0.9 }), sent("b"));
  expect(ids()).toEqual(["c", "b", "a"]);
  expect(incoming.list.at(-1)?.progress).toBe(0.9);
  tell(sent("b"));
  expect(ids()).toEqual(["b"]);
});

test("a photo takes the place of the upload it came by, and of no other, for good", () => {
  tell(sent("a"), sent("b"));
  incoming.finish("b");
  incoming.finish(null);
  expect(ids()).toEqual(["a"]);
  tell(sent("a"));
  tell(sent("a"), sent("b", { progress: 1 }));
  expect(ids()).toEqual(["a"]);
});

test("a photo that was here before the first report is not shown as coming", () => {
  incoming.finish("a");
  tell(sent("a"), sent("b"));
  expect(ids()).toEqual(["b"]);
});

test("the picture of others' uploads is fetched once they say there is one", () => {
  tell(sent("a"), sent("b", { preview: true }));
  expect(incoming.list.map(({ picture }) => picture)).toEqual(["/preview/b", null]);
});

test("what I send is mine wherever I send it, and nearer the truth where this tab does", () => {
  const picture = new Blob();
  tell(sent("here", { user: OLIVE, progress: 0.1 }), sent("phone", { user: OLIVE, progress: 0.2, preview: true }));
  incoming.takeMine([mine("here", { progress: 0.4, picture })]);
  expect(incoming.list.map(({ id, progress, isMine, picture }) => [id, progress, isMine, picture])).toEqual([
    ["phone", 0.2, true, "/preview/phone"],
    ["here", 0.4, true, picture],
  ]);
});

test("what I have given up does not come back with a late report", () => {
  incoming.takeMine([mine("a"), mine("b")]);
  incoming.takeMine([mine("b")]);
  tell(sent("a", { user: OLIVE }), sent("b", { user: OLIVE }));
  expect(ids()).toEqual(["b"]);
});

test("while the line is down only what I send is shown", () => {
  tell(sent("a"));
  incoming.takeMine([mine("b")]);
  incoming.forget();
  expect(ids()).toEqual(["b"]);
});

test("a crowd of uploads does not push the photos out of sight", () => {
  tell(...Array.from({ length: 50 }, (_, n) => sent(`${n}`)));
  expect(ids()).toHaveLength(12);
});
