import { expect, test } from "vitest";
import { sayPlaces, sayShortage } from "./notices";
import { announce, sumUp } from "./summary";
import { makeUpload, type Upload } from "./upload";

const MB = 1_000_000;
const sized = (size: number, change: Partial<Upload> = {}) => {
  const file = new File([], "a.jpg");
  Object.defineProperty(file, "size", { value: size });
  return makeUpload(file, change);
};
const calm = { rate: 0, held: false, asked: 0 };

test("a small file does not weigh as much as a large one", () => {
  const uploads = [sized(9 * MB, { state: "sending", sent: 3 * MB }), sized(1 * MB, { state: "done", sent: 1 * MB })];
  const summary = sumUp({ uploads, ...calm, rate: 50_000 });
  expect(summary).toMatchObject({ title: "Sending 2 of 2", progress: 0.4, busy: true, paused: false });
  expect([summary.detail, summary.rate]).toEqual(["about 2 minutes left", "50 kB/s"]);
});

test("what has failed is neither counted nor waited for", () => {
  const uploads = [sized(MB, { state: "failed" }), sized(MB, { state: "sending" }), sized(MB)];
  expect(sumUp({ uploads, ...calm })).toMatchObject({ title: "Sending 1 of 2", failed: 1, progress: 0 });
});

test.each([
  ["everything is paused", [{ state: "paused" }, { state: "paused" }], {}, "Paused", "2 photos wait"],
  ["the device is offline", [{ state: "stalled" }, {}], { held: true }, "Offline", "2 photos wait for the connection"],
  ["an answer is missing", [{}, { state: "done" }], { asked: 1 }, "1 photo waits", "for your answer"],
  ["one of two is paused", [{ state: "paused" }, { state: "sending" }], {}, "Sending 1 of 2", ""],
  ["the line is lost", [{ state: "stalled", message: "Waiting…" }], {}, "Sending 1 of 1", "Waiting…"],
  [
    "all is over",
    [{ state: "done" }, { state: "done" }, { state: "already" }, { state: "failed" }],
    {},
    "2 photos added",
    "1 photo already here, 1 photo could not be added",
  ],
] as const)("when %s, the words say so", (_when, states, situation, title, detail) => {
  const uploads = states.map((state) => sized(MB, state));
  expect(sumUp({ uploads, ...calm, ...situation })).toMatchObject({ title, detail });
});

test("a screen reader does not hear every number", () => {
  const at = (done: number) => [...Array(done).fill(sized(MB, { state: "done" })), sized(MB, { state: "sending" })];
  expect(announce(sumUp({ uploads: at(1), ...calm }))).toBe(announce(sumUp({ uploads: at(7), ...calm })));
  expect(announce(sumUp({ uploads: [sized(MB, { state: "done" })], ...calm }))).toBe("1 photo added");
});

test("places are told in the words of the room's own rule", () => {
  expect(sayPlaces(1, "without_location")).toBe("1 photo knows where it was taken. The room will not see it.");
  expect(sayPlaces(12, "as_is")).toBe(
    "12 photos know where they were taken. Others can see it when they download them.",
  );
});

test("a shortage is told with its numbers", () => {
  expect(sayShortage({ photos: 40, need: 220 * MB, left: 100 * MB, fit: 18 })).toBe(
    "These 40 photos need 220 MB, and 100 MB are left in this room. 18 that fit are sent.",
  );
  expect(sayShortage({ photos: 1, need: 5 * MB, left: 0, fit: 0 })).toBe(
    "This photo needs 5 MB, and nothing is left in this room.",
  );
});
