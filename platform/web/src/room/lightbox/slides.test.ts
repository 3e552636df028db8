import { expect, test } from "vitest";
import { makePhoto } from "../../test/shapes";
import type { Photo } from "../../api/types";
import { indexOfPages } from "../store/columns";
import { Photos } from "../store/photos";
import { Timeline } from "../store/timeline";
import { placeAfter } from "./renewal";
import { slideOf, Slides } from "./slides";

function open(known: Photo[], listed = known, end: string | null = null) {
  const photos = new Photos();
  photos.restart(known, { ...indexOfPages([{ items: listed, next: null }], 9), end });
  let timeline: Timeline = photos.all;
  const slides = new Slides({ room: "lake", photos, timeline: () => timeline, isMoving: () => false });
  return { photos, slides, show: (other: Timeline) => (timeline = other) };
}

const [one, two, three] = [makePhoto(1), makePhoto(2), makePhoto(3)];

test("a photo in development is shown as in the grid, and large once it is ready", () => {
  const photo = makePhoto(1, { state: "developing", width: 4032, height: 3024 });
  expect(slideOf(photo, true)).toMatchObject({ src: photo.media.grid, width: 2016, height: 1512 });
  expect(slideOf({ ...photo, state: "ready" }, true)).toMatchObject({ src: photo.media.view, width: 2016 });
  expect(slideOf({ ...photo, state: "failed" }, true).src).toBe(photo.media.grid);
});

test("only what can move stands still when it is told to", () => {
  const moving = makePhoto(2, { animated: true });
  const sources = (isMoving: boolean) => [one, moving].map((photo) => slideOf(photo, isMoving).src);
  expect(sources(true)).toEqual([one.media.view, moving.media.view]);
  expect(sources(false)).toEqual([one.media.view, moving.media.grid]);
});

test("one can turn to a photo of which only the shape is known", () => {
  const { slides } = open([three], [three, makePhoto(2, { width: 100, height: 200 }), one]);
  slides.renew(three.id);
  expect(slides.ids).toEqual([three.id, two.id, one.id]);
  expect(slides.at(0).src).toBe(three.media.view);
  expect(slides.at(1)).toMatchObject({ id: two.id, src: `/media/lake/${two.id}/grid`, width: 1008, height: 2016 });
});

test("the photo in view keeps its place when a filter no longer has it, and goes when the room no longer has it", () => {
  const { photos, slides, show } = open([three, two, one]);
  slides.renew(two.id);
  const hearts = new Timeline(photos);
  hearts.take(indexOfPages([{ items: [three, one], next: null }], 99));
  show(hearts);
  slides.renew(two.id);
  expect(slides.ids).toEqual([three.id, two.id, one.id]);
  const before = slides.ids;
  slides.renew(two.id);
  expect(slides.ids).toBe(before);
  photos.remove(two.id, 100);
  slides.renew(two.id);
  expect(slides.ids).toEqual([three.id, one.id]);
});

test("a photo that a link leads to before the list of all photos is here stands below what is known", () => {
  const { photos, slides } = open([three, two], [three, two], two.id);
  photos.merge({ ...one, seq: 10 });
  slides.renew(one.id);
  expect(slides.ids).toEqual([three.id, two.id, one.id]);
});

test("the photo in view keeps its place, and one that went away gives it to the next older one", () => {
  const inView = ["c", "b", "a"];
  expect(placeAfter(inView, ["e", "d", "c", "b", "a"])).toBe(2);
  expect(placeAfter(inView, ["d", "b", "a"])).toBe(1);
  expect(placeAfter(inView, ["e", "d"])).toBe(1);
});
