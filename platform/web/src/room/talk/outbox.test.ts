import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import type { Comment, Talk } from "../../api/types";
import { makePhoto, makeRoom, OLIVE, pageOf } from "../../test/shapes";
import { FakeTalk, type Fate } from "../../test/talk";
import { Outbox } from "../outbox";
import { RoomStore } from "../store/store";
import { HEART } from "./emoji";
import type { Saying } from "./changes";

const PHOTO = { id: "p0001" };
const settle = () => new Promise((resolve) => setTimeout(resolve));

let talk: FakeTalk;
let outbox: Outbox;
let heard: Comment[];
let told: Talk[];
const onRefused = vi.fn();
let count = 0;

function open() {
  const store = new RoomStore(makeRoom({ seq: talk.seq, photos: 1 }), pageOf([makePhoto(1)]));
  const api = { changePhoto: vi.fn(), removePhoto: vi.fn(), restorePhoto: vi.fn() };
  const onComment = (comment: Comment) => heard.push(comment);
  const onReactions = (_photo: string, one: Talk) => told.push(one);
  const listeners = { onRefused, onComment, onReactions, onSignedOut: vi.fn() };
  return new Outbox({ api, talk, me: OLIVE.id, store, owner: "lake.olive", ...listeners });
}

const say = (text: string, parent: string | null = null) =>
  outbox.add({ kind: "comment", photo: PHOTO, key: `k${++count}`, text, mentions: [], parent, at: "" });
const react = (given: boolean, emoji = HEART) => outbox.add({ kind: "reaction", photo: PHOTO, emoji, given });
const texts = () => talk.all.map(({ text }) => text);

beforeEach(() => {
  sessionStorage.clear();
  onRefused.mockReset();
  [talk, heard, told] = [new FakeTalk(), [], []];
  outbox = open();
});

test("what I say reaches the room, and its answer is passed on", async () => {
  say("hello");
  expect(outbox.changes).toHaveLength(1);
  await settle();
  expect([texts(), heard.map(({ text }) => text), outbox.changes]).toEqual([["hello"], ["hello"], []]);
});

test("what I say is said once though the answer was lost, and the same words twice are said twice", async () => {
  talk.fate = "answer lost";
  say("ha");
  say("ha");
  await settle();
  expect(outbox.waiting).toBe(2);
  outbox.retry();
  await settle();
  expect([texts(), outbox.changes]).toEqual([["ha", "ha"], []]);
});

test("words that the room refuses are kept with the reason, and do not hold up what comes after", async () => {
  talk.fate = "refused";
  say("not now");
  say("but this");
  await settle();
  expect(texts()).toEqual(["but this"]);
  expect(outbox.changes).toMatchObject([{ text: "not now", refused: "Your role does not allow that." }]);
  expect([outbox.waiting, onRefused.mock.calls.length]).toEqual([0, 1]);
  outbox = open(); // a reload
  outbox.sayAgain(outbox.changes[0] as Saying);
  await settle();
  expect([texts(), outbox.changes]).toEqual([["but this", "not now"], []]);
});

test("words that were refused can be thrown away", async () => {
  talk.fate = "refused";
  say("never mind");
  await settle();
  outbox.unsay(outbox.changes[0] as Saying);
  expect([outbox.changes, sessionStorage.length]).toEqual([[], 0]);
});

test("a heart that is given and taken back before it was sent is nobody's business", async () => {
  outbox.hold(true);
  react(true);
  react(true, "🎉");
  react(false);
  expect(outbox.changes).toMatchObject([{ emoji: "🎉", given: true }]);
  outbox.hold(false);
  await settle();
  expect([told.length, [...talk.mine]]).toEqual([1, ["🎉"]]);
});

test("a heart that may have arrived is taken back in the room", async () => {
  talk.fate = "answer lost";
  react(true);
  await settle();
  react(false);
  await settle();
  outbox.retry();
  await settle();
  expect([[...talk.mine], outbox.changes]).toEqual([[], []]);
});

test("a removal that waits is settled by its undo, and one that went is undone in the room", async () => {
  const comment = talk.add({ text: "mine" });
  outbox.hold(true);
  outbox.add({ kind: "comment.removal", photo: PHOTO, comment: comment.id });
  outbox.add({ kind: "comment.restoral", photo: PHOTO, comment });
  expect(outbox.changes).toEqual([]);
  outbox.hold(false);
  outbox.add({ kind: "comment.removal", photo: PHOTO, comment: comment.id });
  await settle();
  expect(talk.shown).toEqual([]);
  outbox.add({ kind: "comment.restoral", photo: PHOTO, comment });
  await settle();
  expect(talk.shown).toHaveLength(1);
});

const FATES: Fate[] = ["arrives", "arrives", "request lost", "answer lost"];
const STEPS = ["say", "say same", "heart", "edit", "remove", "settle", "retry", "reload"] as const;

test("whatever the line loses, all I say is said once, in order, and each reaction ends as I left it", async () => {
  const step = fc.record({ what: fc.constantFrom(...STEPS), fate: fc.constantFrom(...FATES) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (steps) => {
      sessionStorage.clear();
      [talk, heard, told] = [new FakeTalk(), [], []];
      const first = talk.add({ text: "first" });
      outbox = open();
      const said: string[] = [];
      let [liked, words, removed] = [false, "first", false];
      for (const { what, fate } of steps) {
        talk.fate = fate;
        if (what === "say" || what === "say same") {
          said.push(what === "say" ? `words ${said.length}` : "same");
          say(said.at(-1)!);
        }
        if (what === "heart") react((liked = !liked));
        if (what === "edit" && !removed) {
          words = `edited ${said.length}`;
          outbox.add({ kind: "comment.words", photo: PHOTO, comment: first.id, text: words });
        }
        if (what === "remove" && !removed) {
          removed = true;
          outbox.add({ kind: "comment.removal", photo: PHOTO, comment: first.id });
        }
        if (what === "retry") outbox.retry();
        if (what === "settle" || what === "reload") await settle();
        if (what === "reload") {
          outbox.hold(true);
          outbox = open();
        }
      }
      talk.fate = "arrives";
      for (let n = 0; n < 5 && outbox.changes.length; n++) {
        outbox.retry();
        await settle();
      }
      const [now, ...mine] = talk.all;
      expect([outbox.changes, mine.map(({ text }) => text), talk.mine.has(HEART)]).toEqual([[], said, liked]);
      expect([now!.removed, now!.text]).toEqual(removed ? [true, ""] : [false, words]);
      expect(onRefused).not.toHaveBeenCalled();
    }),
    { numRuns: 100 },
  );
});
