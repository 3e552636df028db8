import { expect, test } from "vitest";
import { findPeople, findQuery, readText, toKept, toTyped } from "./text";

const ANA = { id: "a-1", name: "Ana" };
const BERG = { id: "a-2", name: "Ana Berg" };
const LUC = { id: "l-1", name: "Łucja É. (work)" };

test("a mention is shown as the name, and an unknown one as it was written", () => {
  expect(readText("Hi @[a-1], and @[x]!", [ANA])).toEqual([
    { kind: "words", text: "Hi " },
    { kind: "person", text: "@Ana" },
    { kind: "words", text: ", and @[x]!" },
  ]);
});

test("only addresses of the web become links, without the stop behind them", () => {
  const links = (text: string) => readText(text, []).flatMap(({ kind, text }) => (kind === "link" ? [text] : []));
  expect(links("See https://example.org/a?b=1. Or (http://example.org/x_(y)).")).toEqual([
    "https://example.org/a?b=1",
    "http://example.org/x_(y)",
  ]);
  expect(links("javascript:alert(1) data:text/html,x ftp://x https:// //example.org")).toEqual([]);
  expect(links('https://example.org/"onmouseover="alert(1)')).toEqual(["https://example.org/"]);
});

test("nothing of a text is lost when it is cut into pieces", () => {
  for (const text of ["", "a", "@[a-1]@[a-1]", "https://x.org,https://y.org", "<b>@[nobody]</b> \n https://x.org."]) {
    const whole = readText(text, []).map((piece) => piece.text);
    expect(whole.join("")).toBe(text);
  }
});

test("a name that was chosen is kept as the person, the longer name first, and is read again as typed", () => {
  const typed = "@Ana Berg and @Ana, @Anabel and @Łucja É. (work)";
  const kept = toKept(typed, [ANA, BERG, LUC]);
  expect(kept).toBe("@[a-2] and @[a-1], @Anabel and @[l-1]");
  expect(toTyped(kept, [ANA, BERG, LUC])).toBe(typed);
  expect(toKept("@Ana was not chosen ", [])).toBe("@Ana was not chosen");
});

test("an @ asks for people at the beginning of a word, but not within an address", () => {
  expect(findQuery("hello @an", 9)).toEqual({ query: "an", start: 6 });
  expect(findQuery("@", 1)).toEqual({ query: "", start: 0 });
  expect(findQuery("@ana berg", 9)).toEqual({ query: "ana berg", start: 0 });
  expect(findQuery("ana@example", 11)).toBeNull();
  expect(findQuery("@ana berg is", 12)).toBeNull();
});

test("people are found by any of their names, with or without accents", () => {
  expect(findPeople([ANA, BERG, LUC], "ber")).toEqual([BERG]);
  expect(findPeople([ANA, BERG, LUC], "e")).toEqual([LUC]);
  expect(findPeople([ANA, BERG], "")).toEqual([ANA, BERG]);
});
