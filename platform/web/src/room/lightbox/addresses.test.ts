import { expect, test } from "vitest";
import { addressOf, asksForTalk, photoIn } from "./addresses";

const at = (address: string) => {
  const { pathname, search, hash } = new URL(address, "https://salon.example");
  return { pathname, search, hash };
};

test("a link to a photo is understood in its new and in its old form", () => {
  expect(photoIn(at("/rooms/lake?photo=p1"))).toBe("p1");
  expect(photoIn(at("/rooms/lake#photo=p1"))).toBe("p1");
  expect([photoIn(at("/rooms/lake")), photoIn(at("/rooms/lake?photo="))]).toEqual([null, null]);
});

test("a link may ask for the talk beside the photo, once", () => {
  expect([asksForTalk(at("/rooms/lake?photo=p1&talk")), asksForTalk(at("/rooms/lake?photo=p1"))]).toEqual([
    true,
    false,
  ]);
  expect(addressOf("p1", at("/rooms/lake?photo=p1&talk"))).toBe("/rooms/lake?photo=p1");
});

test("the address of a photo keeps what the address of the room says, and the way back too", () => {
  expect(addressOf("p1", at("/rooms/lake?sort=taken#photo=p0"))).toBe("/rooms/lake?sort=taken&photo=p1");
  expect(addressOf("p2", at("/rooms/lake?sort=taken&photo=p1"))).toBe("/rooms/lake?sort=taken&photo=p2");
  expect(addressOf(null, at("/rooms/lake?photo=p1&sort=taken"))).toBe("/rooms/lake?sort=taken");
  expect(addressOf(null, at("/rooms/lake?photo=p1"))).toBe("/rooms/lake");
});
