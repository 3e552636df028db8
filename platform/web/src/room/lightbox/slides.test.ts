import { expect, test } from "vitest";
import { makePhoto } from "../../test/shapes";
import { placeAfter } from "./renewal";
import { slideOf, slidesOf } from "./slides";

test("a photo in development is shown as in the grid, and large once it is ready", () => {
  const photo = makePhoto(1, { state: "developing", width: 4032, height: 3024 });
  expect(slideOf(photo, true)).toMatchObject({ src: photo.media.grid, width: 2016, height: 1512 });
  expect(slideOf({ ...photo, state: "ready" }, true)).toMatchObject({ src: photo.media.view, width: 2016 });
  expect(slideOf({ ...photo, state: "failed" }, true).src).toBe(photo.media.grid);
});

test("only what can move stands still when it is told to", () => {
  const [still, moving] = [makePhoto(1), makePhoto(2, { animated: true })];
  const sources = (isMoving: boolean) => slidesOf([still, moving], { isMoving: () => isMoving }).map(({ src }) => src);
  expect(sources(true)).toEqual([still.media.view, moving.media.view]);
  expect(sources(false)).toEqual([still.media.view, moving.media.grid]);
});

test("the photo in view keeps its place, and one that went away gives it to the next older one", () => {
  const slides = (...ids: string[]) => ids.map((id) => ({ id }));
  const inView = slides("c", "b", "a");
  expect(placeAfter(inView, slides("e", "d", "c", "b", "a"))).toBe(2);
  expect(placeAfter(inView, slides("d", "b", "a"))).toBe(1);
  expect(placeAfter(inView, slides("e", "d"))).toBe(1);
});
