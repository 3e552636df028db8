import { expect, test } from "vitest";
import { COMMON } from "./common";
import { readEmoji } from "./emoji";
import { nameGivers } from "./givers";
import { nameAgo } from "./moments";

test("one emoji is taken, and nothing else", () => {
  for (const [emoji] of COMMON) expect(readEmoji(emoji)).toBe(emoji);
  for (const emoji of [" 👩‍🚀 ", "🇨🇭", "👍🏽", "5️⃣", "🏳️‍🌈"]) expect(readEmoji(emoji)).toBe(emoji.trim());
  for (const typed of ["", " ", "a", "5", "😀😀", "hi 😀", "©️ no", "🇨"]) expect(readEmoji(typed)).toBeNull();
});

test("there are as many common emoji as the picker has places, each once", () => {
  expect(new Set(COMMON.map(([emoji]) => emoji)).size).toBe(24);
});

test("those who gave a reaction are named, me first, and a crowd is counted", () => {
  const given = (...names: string[]) => names.map((name) => ({ emoji: "🎉", user: { id: name, name }, at: "" }));
  const name = (...names: string[]) => nameGivers(given(...names), "🎉", "me");
  expect([name("Ana"), name("Ana", "me"), name("Ana", "Ben", "me")]).toEqual([
    "Ana",
    "You and Ana",
    "You, Ana and Ben",
  ]);
  expect(name(..."abcdefghij")).toBe("a, b, c, d, e, f, g and 3 others");
  expect(nameGivers(given("Ana"), "🔥", "me")).toBe("");
});

test("when something was said is told as people tell it", () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const ago = (seconds: number) => nameAgo(new Date(now - seconds * 1_000).toISOString(), now, "en-GB");
  expect([ago(5), ago(-60), ago(300), ago(7_300), ago(86_400 * 1.5)]).toEqual([
    "now",
    "now",
    "5 min ago",
    "2 hr ago",
    "yesterday",
  ]);
  expect(ago(86_400 * 30)).toBe("21 Oct 2026");
});
