import type { Outgoing } from "./incoming";
import type { Previews } from "./previews";
import { shareOf, type Upload } from "./upload";

/** What is under way, or has come through and waits for its photo to be heard of. */
const ON_THE_WALL: Upload["state"][] = ["sending", "stalled", "paused", "done"];

/** My uploads as they hang on my own wall: from the moment they have a name there and their shape is known. */
export function outgoingOf(uploads: readonly Upload[], previews: Pick<Previews, "get">): Outgoing[] {
  return uploads.flatMap((upload) => {
    const preview = previews.get(upload.id);
    if (!upload.remote || !preview || !ON_THE_WALL.includes(upload.state)) return [];
    const { thumbhash = null, width = null, height = null } = preview.sketch;
    return [{ id: upload.remote, progress: shareOf(upload), thumbhash, width, height, picture: preview.picture }];
  });
}
