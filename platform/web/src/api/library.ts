import type { Api } from "./client";
import type { Archive, Details, Originals, Page, Photo, RemovedPhoto, Room } from "./types";

export interface RoomChange {
  name?: string;
  description?: string;
  originals?: Originals;
}

const LARGEST_PAGE = 200;

export type Library = ReturnType<typeof createLibrary>;

/** The calls for what a room keeps: originals, details, archives, removed photos. */
export function createLibrary({ send, photos }: Pick<Api, "send" | "photos">) {
  const at = (id: string) => encodeURIComponent(id);

  /** The photos one person added, newest first; reads the whole room. */
  async function photosBy(person: string): Promise<string[]> {
    const ids: string[] = [];
    let before: string | null = null;
    do {
      const page: Page<Photo> = await photos(before, LARGEST_PAGE);
      ids.push(...page.items.filter(({ uploader }) => uploader?.id === person).map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    return ids;
  }

  return {
    photosBy,
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
