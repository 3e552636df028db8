import { expect, test } from "vitest";
import { sayEnd, sayUses } from "./invites";

test("how many have come by a link is said as people say it", () => {
  const said = (uses: number, max_uses: number | null) => sayUses({ uses, max_uses });
  expect([said(0, null), said(1, null), said(12, null)]).toEqual([
    "Nobody has joined yet",
    "1 person has joined",
    "12 people have joined",
  ]);
  expect([said(0, 10), said(1, 1)]).toEqual(["0 of 10 have joined", "1 of 1 has joined"]);
});

test("the end of a link is said by how long it is away", () => {
  const now = Date.parse("2026-11-18T12:00:00Z");
  const said = (expires_at: string | null) => sayEnd(expires_at, now, "en");
  expect(said(null)).toBe("Does not end");
  expect(said("2026-11-25T12:00:00Z")).toBe("Ends in 7 days");
  expect(said("2027-03-01T12:00:00Z")).toBe("Ends on Mar 1, 2027");
  expect(said("2026-11-20T11:59:00Z")).toBe("Ends in 47 hours");
  expect(said("2026-11-18T13:00:00Z")).toBe("Ends in 1 hour");
  expect(said("2026-11-18T12:00:20Z")).toBe("Ends in 1 minute");
  expect(said("2026-11-18T12:00:00Z")).toBe("Has ended");
});
