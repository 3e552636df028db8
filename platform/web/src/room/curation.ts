import { explain } from "../api/client";
import type { Photo } from "../api/types";
import type { Session } from "./session";
import { toasts } from "./ui/toasts.svelte";

export function nameUploader({ uploader }: Photo): string {
  return uploader?.name ?? "somebody who has left";
}

/** Takes a photo away at once and offers the way back. */
export async function removePhoto(session: Session, id: string): Promise<void> {
  session.store.hide(id);
  try {
    await session.api.removePhoto(id);
    toasts.show("Photo removed.", { label: "Undo", run: () => void restorePhoto(session, id) });
  } catch (problem) {
    session.store.reveal(id);
    toasts.show(explain(problem));
  }
}

async function restorePhoto(session: Session, id: string): Promise<void> {
  try {
    const photo = await session.api.restorePhoto(id);
    session.store.reveal(id);
    if (photo) session.store.merge(photo);
  } catch (problem) {
    toasts.show(explain(problem));
  }
}

export async function describePhoto(session: Session, id: string, caption: string, alt: string): Promise<void> {
  session.store.merge(await session.api.changePhoto(id, { caption, alt }));
}
