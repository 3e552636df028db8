import type { Photo } from "../../api/types";

/** By when photos were added, or by when they were taken. */
export type Sort = "added" | "taken";

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

/** Minutes since 1970 of what photos are sorted by: when it was added, or the camera's own clock when it was taken. */
export function momentOf({ added_at, taken_at, taken_zone }: Photo, sort: Sort): number {
  if (sort === "added" || !taken_at) return Math.floor(Date.parse(added_at) / 60_000);
  return Math.floor(Date.parse(taken_at) / 60_000) + (taken_zone ?? 0);
}
