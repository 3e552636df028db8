import { ApiError, explain } from "../../api/client";
import { addressOf, asksForTalk } from "./addresses";
import type { Session } from "../session";
import { toasts } from "../ui/toasts.svelte";
import { openLightbox } from "./lightbox";

/** Opens a photo that a link leads to, wherever in the room it is; one that is gone is said to be. */
export async function openLinked(session: Session, id: string, onClose: (last: string) => void): Promise<void> {
  try {
    if (!session.store.photos.get(id)) session.store.merge(await session.api.photo(id));
    openLightbox(session, id, onClose, asksForTalk(location) ? "talk" : undefined);
  } catch (problem) {
    history.replaceState(history.state, "", addressOf(null, location));
    const isGone = problem instanceof ApiError && (problem.status === 404 || problem.status === 422);
    toasts.show(isGone ? "The photo of this link is no longer in the room." : explain(problem));
  }
}
