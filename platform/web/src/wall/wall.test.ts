import { beforeEach, describe, expect, it } from "vitest";
import type { WallFeed } from "./feed";
import { feedOf, hung } from "../test/wall";
import { Wall } from "./wall";

let answers: (WallFeed | Error)[];
let asked: object[];
let heard: string[];
let wall: Wall;

beforeEach(() => {
  [answers, asked, heard] = [[], [], []];
  wall = new Wall({
    room: "lake",
    read: async (_room, from = {}) => {
      asked.push(from);
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onPhoto: ({ id }, isNew) => heard.push(`${isNew ? "new" : "here"} ${id}`),
    onGone: (id) => heard.push(`gone ${id}`),
    onRead: () => {},
  });
});

describe("what hangs", () => {
  it("is read in pages once, and then only what has changed", async () => {
    answers = [
      feedOf(7, { reset: true, photos: [hung(2)], next: "w2" }),
      feedOf(8, { reset: true, photos: [hung(1)] }),
      feedOf(9, { photos: [hung(1, { caption: "Later" }), hung(3)], gone: ["w2"] }),
    ];
    await wall.catchUp();
    await wall.catchUp();
    expect(asked).toEqual([{}, { before: "w2" }, { after: 7 }]);
    expect(heard).toEqual(["here w2", "here w1", "gone w2", "here w1", "new w3"]);
  });

  it("is read to the end after a long absence", async () => {
    answers = [feedOf(1, { reset: true }), feedOf(501, { next: "501" }), feedOf(600, { photos: [hung(1)] })];
    await wall.catchUp();
    await wall.catchUp();
    expect(asked.slice(1)).toEqual([{ after: 1 }, { after: 501 }]);
    expect(heard).toEqual(["new w1"]);
  });

  it("is compared with everything where the journal does not reach back", async () => {
    answers = [
      feedOf(1, { reset: true, photos: [hung(1), hung(2)] }),
      feedOf(9, { reset: true, photos: [hung(3), hung(2)] }),
      feedOf(9),
    ];
    await wall.catchUp();
    await wall.catchUp();
    await wall.catchUp();
    expect(heard.slice(2)).toEqual(["new w3", "here w2", "gone w1"]);
    expect(asked.at(-1)).toEqual({ after: 9 });
  });

  it("is begun again when the first reading broke off, and nothing of it is taken for new", async () => {
    answers = [
      feedOf(7, { reset: true, photos: [hung(2)], next: "w2" }),
      new Error("the line"),
      feedOf(8, { reset: true, photos: [hung(2), hung(1)] }),
    ];
    await expect(wall.catchUp()).rejects.toThrow("the line");
    await wall.catchUp();
    expect(asked).toEqual([{}, { before: "w2" }, {}]);
    expect(heard).toEqual(["here w2", "here w2", "here w1"]);
  });

  it("is not new when it comes back after a removal", async () => {
    answers = [
      feedOf(1, { reset: true, photos: [hung(1)] }),
      feedOf(2, { gone: ["w1"] }),
      feedOf(3, { photos: [hung(1)] }),
    ];
    for (let n = 0; n < 3; n++) await wall.catchUp();
    expect(heard).toEqual(["here w1", "gone w1", "here w1"]);
  });
});
