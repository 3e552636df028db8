import { createBulk, type Edit } from "../../api/bulk";
import { explain } from "../../api/client";
import type { Photo } from "../../api/types";
import { countPhotos } from "../news";
import type { Session } from "../session";
import { toasts } from "../ui/toasts.svelte";

/** Takes photos away at once, and offers the way back. */
export async function removeAll(session: Session, ids: readonly string[]): Promise<void> {
  const { store } = session;
  for (const id of ids) store.hide(id);
  try {
    await createBulk(session.api).remove(ids);
  } catch (problem) {
    for (const id of ids) store.reveal(id);
    return toasts.show(`Nothing was removed. ${explain(problem)}`);
  }
  toasts.show(`${countPhotos(ids.length)} removed.`, { label: "Undo", run: () => void bringBack(session, ids) });
}

/** Has many photos changed alike, and offers the way back to what each of them was. */
export async function editAll(session: Session, photos: readonly Photo[], edit: Edit, done: string): Promise<void> {
  await apply(session, idsOf(photos), edit);
  toasts.show(done, { label: "Undo", run: () => void changeBack(session, photos, edit) });
}

/** The photos with these ids that are in the room; what this page does not hold is fetched. */
export async function photosOf({ lookup, store }: Session, ids: string[]): Promise<Photo[]> {
  await lookup.fetch(ids);
  return ids.flatMap((id) => store.photos.get(id) ?? []);
}

async function bringBack(session: Session, ids: readonly string[]): Promise<void> {
  try {
    const photos = await createBulk(session.api).restore(ids);
    for (const id of ids) session.store.reveal(id);
    for (const photo of photos) session.store.merge(photo);
  } catch (problem) {
    toasts.show(`The photos could not be brought back. ${explain(problem)}`);
  }
}

async function apply(session: Session, ids: readonly string[], edit: Edit): Promise<void> {
  for (const photo of await createBulk(session.api).edit(ids, edit)) session.store.merge(photo);
}

async function changeBack(session: Session, photos: readonly Photo[], edit: Edit): Promise<void> {
  try {
    for (const [back, some] of waysBack(photos, edit)) await apply(session, idsOf(some), back);
  } catch (problem) {
    toasts.show(`Not everything could be changed back. ${explain(problem)}`);
  }
}

/** What undoes an edit: a shift once for all, anything else by what each photo had before. */
export function waysBack(photos: readonly Photo[], edit: Edit): [Edit, readonly Photo[]][] {
  if ("shift_minutes" in edit) return [[{ shift_minutes: -edit.shift_minutes }, photos]];
  const before = (photo: Photo): Edit =>
    "caption" in edit ? { caption: photo.caption } : { taken_at: photo.taken_at };
  const groups = new Map<string, [Edit, Photo[]]>();
  for (const photo of photos) {
    const key = JSON.stringify(before(photo));
    groups.set(key, [before(photo), [...(groups.get(key)?.[1] ?? []), photo]]);
  }
  return [...groups.values()];
}

export function idsOf(photos: readonly Photo[]): string[] {
  return photos.map(({ id }) => id);
}
