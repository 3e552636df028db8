import type { Photo } from "../../api/types";
import type { TalkChange } from "../talk/changes";

interface Done {
  /** As it looked to them. */
  photo: Photo;
  /** It was sent before, and may have arrived. */
  tried?: boolean;
}

/** What somebody did to a photo that the server may not know of yet. */
export type PhotoChange = Done &
  ({ kind: "words"; caption: string; alt: string } | { kind: "removal" } | { kind: "restoral" });
export type Change = PhotoChange | TalkChange;

/** How the photos by id will be once the change has reached the room. */
export function foresee(photos: Map<string, Photo>, change: Change): void {
  const { id } = change.photo;
  const now = photos.get(id);
  if (change.kind === "removal") photos.delete(id);
  else if (change.kind === "restoral") photos.set(id, now ?? change.photo);
  else if (change.kind === "words" && now) photos.set(id, { ...now, caption: change.caption, alt: change.alt });
}
