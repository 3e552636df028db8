import type { SlideData } from "photoswipe";
import type { Photo } from "../../api/types";

/** The long edge of the largest derivative, as the server makes it. */
const VIEW_EDGE = 2016;

/** A photo that is not ready, or stands still, is shown as in the grid. The address changes with that, and so the picture. */
export function slideOf(photo: Photo, isMoving: boolean): SlideData {
  const { id, media, width, height, alt, caption } = photo;
  const scale = Math.min(1, VIEW_EDGE / Math.max(width, height));
  return {
    id,
    src: photo.state === "ready" && (isMoving || !photo.animated) ? media.view : media.grid,
    msrc: media.grid,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
    alt: alt || caption,
    thumbCropped: true,
  };
}

interface Motion {
  isMoving: (id: string) => boolean;
}

/** What a viewer can turn through, newest first. */
export function slidesOf(photos: Photo[], motion: Motion): SlideData[] {
  return photos.map((photo) => slideOf(photo, motion.isMoving(photo.id)));
}
