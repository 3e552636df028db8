import type { Api } from "./client";
import type { Archive, Details, IndexAnswer, Originals, Page, Photo, RemovedPhoto, Room, Wanted } from "./types";

export interface RoomChange {
  name?: string;
  description?: string;
  originals?: Originals;
  talk?: boolean;
  /** A photo, or null for the newest. */
  cover?: string | null;
}

export type Library = ReturnType<typeof createLibrary>;

/** The calls for what a room keeps: originals, details, archives, removed photos. */
export function createLibrary({ send }: Pick<Api, "send">) {
  const at = (id: string) => encodeURIComponent(id);

  return {
    changeRoom: (change: RoomChange) => send<Room>("PATCH", "", change),
    details: (photo: string) => send<Details>("GET", `/photos/${at(photo)}/details`),
    retry: (photo: string) => send<Photo>("POST", `/photos/${at(photo)}/retry`),
    /** `null` means all photos of the room. */
    archive: (wanted: string[] | null) => send<Archive>("POST", "/archives", { photos: wanted }),
    removed: (before: string | null, limit: number) =>
      send<Page<RemovedPhoto>>("GET", `/removed?limit=${limit}${before ? `&before=${at(before)}` : ""}`),
    deleteForGood: (photo: string) => send<void>("DELETE", `/removed/${at(photo)}`),
  };
}

/** The calls by which a page knows all photos of a room and fetches those that are looked at. */
export function createReading({ send }: Pick<Api, "send">) {
  return {
    index: (wanted: Wanted) => send<IndexAnswer>("GET", `/photos/index${parametersOf(wanted)}`),
    /** At most 200; those that are not in the room are left out. */
    lookUp: async (ids: string[]) => (await send<Page<Photo>>("POST", "/photos/lookup", { ids })).items,
    read: (seq: number) => send<void>("PUT", "/read", { seq }),
  };
}

function parametersOf({ sort, by, unseen, favourites, q }: Wanted): string {
  const parameters = new URLSearchParams({ sort });
  if (by) parameters.set("by", by);
  if (unseen !== null) parameters.set("unseen", String(unseen));
  if (favourites) parameters.set("favourites", "1");
  if (q) parameters.set("q", q);
  return `?${parameters}`;
}
