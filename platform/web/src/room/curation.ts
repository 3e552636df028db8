import { ApiError, explain } from "../api/client";
import { createLibrary } from "../api/library";
import type { Photo } from "../api/types";
import type { Session } from "./session";
import type { Change } from "./store/pending";
import { toasts } from "./ui/toasts.svelte";

export function nameUploader({ uploader }: Photo): string {
  return uploader?.name ?? "somebody who has left";
}

/** Takes a photo away at once and offers the way back. */
export function removePhoto({ outbox }: Session, photo: Photo): void {
  outbox.add({ kind: "removal", photo });
  toasts.show("Photo removed.", { label: "Undo", run: () => outbox.add({ kind: "restoral", photo }) });
}

export function describePhoto({ outbox }: Session, photo: Photo, caption: string, alt: string): void {
  if (caption !== photo.caption || alt !== photo.alt) outbox.add({ kind: "words", photo, caption, alt });
}

/** Has a photo that could not be developed developed once more. */
export async function retryPhoto({ api, store }: Session, { id }: Photo): Promise<void> {
  try {
    store.merge(await createLibrary(api).retry(id));
  } catch (problem) {
    toasts.show(explain(problem));
  }
}

const FAILURES: Record<Change["kind"], string> = {
  words: "Your words about a photo were not saved.",
  removal: "A photo could not be removed.",
  restoral: "A photo could not be brought back.",
  comment: "Your comment was not sent.",
  "comment.words": "Your comment was not changed.",
  "comment.removal": "The comment could not be removed.",
  "comment.restoral": "The comment could not be brought back.",
  reaction: "Your reaction was not sent.",
};

/** A change that was on the screen already has been taken back: why. */
export function tellRefusal({ kind }: Change, problem: unknown): void {
  const gone = problem instanceof ApiError && problem.status === 404;
  toasts.show(`${FAILURES[kind]} ${gone ? "Somebody has removed it." : explain(problem)}`);
}
