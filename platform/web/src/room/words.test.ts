import { expect, test } from "vitest";
import { ANA, OLIVE, makeEvent, makePhoto } from "../test/shapes";
import { nameDay } from "./dates";
import { isUsable } from "./dialogs/invites";
import { tellNews } from "./news";
import { initialsOf } from "./people/initials";

test("photos one person adds are told in one sentence, and mine are not told", () => {
  const events = [
    makeEvent(1, "photo.added", makePhoto(1)),
    makeEvent(2, "photo.added", makePhoto(2)),
    makeEvent(3, "photo.added", makePhoto(3), OLIVE),
    makeEvent(4, "member.joined", { user: { id: "mo", name: "Mo" }, role: "viewer", joined_at: "" }),
  ];
  expect(tellNews(events, OLIVE.id)).toEqual([`${ANA.name} added 2 photos`, "Mo joined the room"]);
});

test("days are named as people name them", () => {
  const now = new Date(2026, 10, 22, 9);
  const at = (year: number, month: number, day: number) => new Date(year, month, day, 23, 30).toISOString();
  expect(nameDay(at(2026, 10, 22), now, "en")).toBe("Today");
  expect(nameDay(at(2026, 10, 21), now, "en")).toBe("Yesterday");
  expect(nameDay(at(2026, 10, 3), now, "en-GB")).toBe("Tuesday 3 November");
  expect(nameDay(at(2025, 5, 1), now, "en-GB")).toContain("1 June 2025");
});

test("a badge shows the first letters of the first and last name", () => {
  expect(["Olive Marsh", "ana", "Łucja van der Zee", "", "  "].map(initialsOf)).toEqual(["OM", "A", "ŁZ", "?", "?"]);
});

test("a link that has ended or is used up is not offered", () => {
  const invite = {
    id: "1",
    token: "t",
    url: "/join/t",
    role: "viewer" as const,
    label: "",
    created_at: "2026-01-01T00:00:00Z",
    created_by: null,
  };
  const open = { ...invite, expires_at: null, max_uses: null, uses: 5 };
  expect(isUsable(open)).toBe(true);
  expect(isUsable({ ...open, max_uses: 5 })).toBe(false);
  expect(isUsable({ ...open, expires_at: "2020-01-01T00:00:00Z" })).toBe(false);
});
