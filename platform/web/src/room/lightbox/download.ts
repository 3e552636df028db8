import { OfflineError, readError } from "../../api/client";
import type { Photo } from "../../api/types";
import type { Session } from "../session";
import { toasts } from "../ui/toasts.svelte";

const PATIENCE = 30_000;

/** Whether a photo can surely be had as the room hands it out: my own always can. */
export function isHandedOut({ me, store }: Session, { uploader }: Photo): boolean {
  return uploader?.id === me.id || store.room.originals === "as_is";
}

export async function downloadPhoto(session: Session, photo: Photo): Promise<void> {
  if (isHandedOut(session, photo)) save(photo.media.original);
  else await savePhoto(photo);
}

/** Saves the original as the room hands it out; where it cannot be rewritten that way, the picture as the viewer shows it. */
export async function savePhoto({ media }: Photo): Promise<void> {
  const status = await ask(media.original);
  if (status === 200) return save(media.original);
  if (status !== 404) return toasts.show(status ? readError(status, "").message : new OfflineError().message);
  toasts.show("This file cannot be handed out as this room wants it, so you get the picture as shown here.");
  save(media.view);
}

/** 0 when no answer came. */
async function ask(address: string): Promise<number> {
  const request = { method: "HEAD", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) } as const;
  return fetch(address, request).then(
    ({ status }) => status,
    () => 0,
  );
}

function save(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
