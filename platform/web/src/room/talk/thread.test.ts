import fc from "fast-check";
import { expect, test } from "vitest";
import type { Comment } from "../../api/types";
import { ANA, OLIVE } from "../../test/shapes";
import { FakeTalk, makeComment } from "../../test/talk";
import { foreseeReactions, type TalkChange } from "./changes";
import { sortReactions } from "./emoji";
import { Thread, type Strand } from "./thread";

const PHOTO = { id: "p0001" };
const flatten = (strands: Strand[]) =>
  strands.map(({ root, answers }) => [root.removed ? "" : root.text, ...answers.map(({ text }) => text)]);

async function read(talk: FakeTalk, asked = 0): Promise<Thread> {
  const thread = new Thread(PHOTO.id, talk);
  await thread.load(asked);
  return thread;
}

test("answers stand under what they answer, in the order in which they were written", async () => {
  const talk = new FakeTalk();
  const [one, two] = [talk.add({ text: "one" }), talk.add({ text: "two" })];
  talk.add({ text: "to two", parent: two.id });
  talk.add({ text: "to one", parent: one.id });
  talk.add({ text: "three" });
  expect(flatten((await read(talk)).strands([], OLIVE))).toEqual([["one", "to one"], ["two", "to two"], ["three"]]);
});

test("a removed comment stands empty while it has answers, and is gone without", async () => {
  const talk = new FakeTalk();
  const one = talk.add({ text: "one" });
  const answer = talk.add({ text: "to one", parent: one.id });
  const thread = await read(talk);
  thread.take({ ...one, seq: 50, removed: true, text: "" });
  expect(flatten(thread.strands([], OLIVE))).toEqual([["", "to one"]]);
  thread.take({ ...answer, seq: 51, removed: true, text: "" });
  expect(thread.strands([], OLIVE)).toEqual([]);
});

test("what I do is seen at once, and what I say until it is heard back, once", async () => {
  const talk = new FakeTalk();
  const mine = talk.add({ text: "old words", author: OLIVE });
  const thread = await read(talk);
  const saying = {
    kind: "comment",
    photo: PHOTO,
    key: "k",
    text: "hi",
    mentions: [],
    parent: null,
    at: "2026",
    seq: 20,
  };
  const rewording = { kind: "comment.words", photo: PHOTO, comment: mine.id, text: "new words" };
  const changes = [saying, rewording] as TalkChange[];
  expect(flatten(thread.strands(changes, OLIVE))).toEqual([["new words"], ["hi"]]);
  thread.take(makeComment(7, { text: "hi", author: ANA, seq: 21 }));
  expect(flatten(thread.strands(changes, OLIVE))).toEqual([["new words"], ["hi"], ["hi"]]);
  thread.take(makeComment(8, { text: "hi", author: OLIVE, seq: 22 }));
  expect(flatten(thread.strands(changes, OLIVE))).toEqual([["new words"], ["hi"], ["hi"]]);
  const removal = { kind: "comment.removal", photo: PHOTO, comment: mine.id } as TalkChange;
  expect(flatten(thread.strands([removal], OLIVE))).toEqual([["hi"], ["hi"]]);
});

test("when it is read again, what went meanwhile goes, and what was just heard stays", async () => {
  const talk = new FakeTalk();
  talk.add({ text: "gone", seq: 5 });
  const thread = await read(talk);
  talk.all = [makeComment(2, { text: "there", seq: 8 })];
  thread.take(makeComment(3, { text: "just heard", seq: 12 }));
  await thread.load(10);
  expect(flatten(thread.strands([], OLIVE))).toEqual([["there"], ["just heard"]]);
});

test("however pages and events interleave, a thread ends equal to the room", async () => {
  const steps = fc.array(fc.record({ what: fc.constantFrom("add", "answer", "edit", "remove"), pick: fc.nat(20) }), {
    maxLength: 30,
  });
  const order = fc.array(fc.nat(100), { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, order, async (script, shuffle) => {
      const talk = new FakeTalk();
      const events: Comment[] = [];
      const tell = (comment: Comment) => events.push(comment);
      const thread = new Thread(PHOTO.id, talk);
      const reading = thread.load(talk.seq);
      for (const { what, pick } of script) {
        const one = talk.shown.filter(({ removed }) => !removed)[pick % Math.max(1, talk.shown.length)];
        if (what === "add") tell(talk.add());
        else if (!one) continue;
        else if (what === "answer") tell(talk.add({ parent: one.parent ?? one.id }));
        else if (what === "edit") tell(await talk.reword("", one.id, `edit ${talk.seq}`));
        else tell((await talk.unsay("", one.id), talk.all.find(({ id }) => id === one.id)!));
      }
      const late = events.map((event, n) => ({ event, at: shuffle[n] ?? 0 })).sort((a, b) => a.at - b.at);
      for (const { event } of late.slice(0, 10)) thread.take(event);
      await reading;
      for (const { event } of late) thread.take(event);
      const truth = await read(talk);
      expect(thread.strands([], OLIVE)).toEqual(truth.strands([], OLIVE));
    }),
    { numRuns: 300 },
  );
});

test("reactions are counted with mine on the way, and a count that falls to nothing is gone", () => {
  const talk = { seq: 3, comments: 0, reactions: { "🎉": 1, "👍": 2 }, mine: ["🎉"] };
  const react = (emoji: string, given: boolean) => ({ kind: "reaction", photo: PHOTO, emoji, given });
  const ahead = foreseeReactions(talk, [react("🎉", false), react("👍", true), react("👍", true)], PHOTO.id);
  expect(ahead).toMatchObject({ reactions: { "👍": 3 }, mine: ["👍"] });
  expect(talk.reactions).toEqual({ "🎉": 1, "👍": 2 });
  expect(sortReactions({ "👍": 3, "❤️": 1, "🎉": 5 }).map(([emoji]) => emoji)).toEqual(["❤️", "🎉", "👍"]);
});
