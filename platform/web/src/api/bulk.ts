import type { Api } from "./client";
import type { Page, Photo } from "./types";

/** As many as the server takes in one request, of which it makes all changes or none. */
const AT_ONCE = 500;

/** A `taken_at` without a zone is meant on the clock of the place where each photo was taken; null forgets it. */
export type Edit = { caption: string } | { taken_at: string | null } | { shift_minutes: number };
export type Bulk = ReturnType<typeof createBulk>;

/** The calls for many photos of a room; each is made in as many requests as it needs, one after another. */
export function createBulk({ send }: Pick<Api, "send">) {
  const post = (path: string) => async (ids: readonly string[], more?: Edit) => {
    const photos: Photo[] = [];
    for (const some of inParts(ids)) {
      const page = await send<Page<Photo> | undefined>("POST", `/photos/${path}`, { ids: some, ...more });
      photos.push(...(page?.items ?? []));
    }
    return photos;
  };
  return {
    remove: post("remove"),
    restore: post("restore-many"),
    edit: post("edit-many") as (ids: readonly string[], edit: Edit) => Promise<Photo[]>,
  };
}

function* inParts(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += AT_ONCE) yield ids.slice(start, start + AT_ONCE);
}
