import type { SlideData } from "photoswipe";
import type { Photo } from "../../api/types";

/** The long edge of the largest derivative, as the server makes it. */
const VIEW_EDGE = 2016;

export function slideOf({ id, media, width, height, alt, caption }: Photo): SlideData {
  const scale = Math.min(1, VIEW_EDGE / Math.max(width, height));
  return {
    id,
    src: media.view,
    msrc: media.grid,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
    alt: alt || caption,
    thumbCropped: true,
  };
}

/** The photos a viewer can turn through: those already sharp, newest first. */
export function slidesOf(photos: Photo[]): SlideData[] {
  return photos.filter(({ state }) => state === "ready").map(slideOf);
}
