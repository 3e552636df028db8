import { expect, test } from "vitest";
import type { Here } from "../../api/types";
import { Presence, sayWhoIsHere } from "./presence";

const person = (name: string, looking = true): Here => ({ id: name.toLowerCase(), name, looking });
const [ANA, BEN, CLEO, OLIVE] = ["Ana", "Ben", "Cleo", "Olive"].map((name) => person(name)) as [Here, Here, Here, Here];
const taken = (people: Here[], count = people.length) => {
  const presence = new Presence("olive");
  presence.take({ type: "presence", people, count });
  return presence;
};

test("others are shown as they came, and I am not a crowd", () => {
  expect(taken([ANA, OLIVE, BEN]).others).toEqual([ANA, BEN]);
  expect(taken([OLIVE])).toMatchObject({ others: [], count: 0 });
});

test("those a full room does not name are counted", () => {
  expect(taken([ANA, OLIVE, BEN], 250).count).toBe(249);
});

test("who is here is known of everybody, myself included", () => {
  const presence = taken([ANA, OLIVE]);
  expect(["ana", "olive", "ben"].map((id) => presence.isHere(id))).toEqual([true, true, false]);
});

test("nobody is here while the line is down", () => {
  const presence = taken([ANA, OLIVE]);
  presence.forget();
  expect([presence.others, presence.count, presence.isHere("ana")]).toEqual([[], 0, false]);
});

test("a sentence names a few and counts the others", () => {
  expect(sayWhoIsHere([], 0)).toBe("");
  expect(sayWhoIsHere([ANA], 1)).toBe("Ana is here");
  expect(sayWhoIsHere([ANA, BEN], 2)).toBe("Ana and Ben are here");
  expect(sayWhoIsHere([ANA, BEN, CLEO], 3)).toBe("Ana, Ben and Cleo are here");
  expect(sayWhoIsHere([ANA, BEN, CLEO, OLIVE], 4)).toBe("Ana, Ben and 2 others are here");
  expect(sayWhoIsHere([ANA], 2)).toBe("Ana and 1 other are here");
});
