import { expect, test } from "vitest";
import { addressOf, photoIn } from "./addresses";

const at = (address: string) => {
  const { pathname, search, hash } = new URL(address, "https://salon.example");
  return { pathname, search, hash };
};

test("a link to a photo is understood in its new and in its old form", () => {
  expect(photoIn(at("/rooms/lake?photo=p1"))).toBe("p1");
  expect(photoIn(at("/rooms/lake#photo=p1"))).toBe("p1");
  expect([photoIn(at("/rooms/lake")), photoIn(at("/rooms/lake?photo="))]).toEqual([null, null]);
});

test("the address of a photo keeps what the address of the room says, and the way back too", () => {
  expect(addressOf("p1", at("/rooms/lake?sort=taken#photo=p0"))).toBe("/rooms/lake?sort=taken&photo=p1");
  expect(addressOf("p2", at("/rooms/lake?sort=taken&photo=p1"))).toBe("/rooms/lake?sort=taken&photo=p2");
  expect(addressOf(null, at("/rooms/lake?photo=p1&sort=taken"))).toBe("/rooms/lake?sort=taken");
  expect(addressOf(null, at("/rooms/lake?photo=p1"))).toBe("/rooms/lake");
});
