import type { Photo } from "../../api/types";

/** Where a photo stands in a room: newest first by `id`, which sorts by the time the photo was added. */
export type Place = Photo["id"];

export function placeOf(photo: Pick<Photo, "id">): Place {
  return photo.id;
}

/** Negative when `a` comes before (is newer than) `b`. */
export function comparePlaces(a: Place, b: Place): number {
  if (a === b) return 0;
  return a > b ? -1 : 1;
}
