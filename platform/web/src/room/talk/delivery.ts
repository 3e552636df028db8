import { ApiError } from "../../api/client";
import type { Talking } from "../../api/talk";
import type { Comment, Talk } from "../../api/types";
import { isHeard, type Saying, type TalkChange } from "./changes";

export interface Addressee {
  talk: Pick<Talking, "comments" | "say" | "reword" | "unsay" | "sayAgain" | "react">;
  me: string;
  onComment: (comment: Comment) => void;
  onReactions: (photo: string, talk: Talk) => void;
}

/** Tells the room what somebody did to its talk. `again`: an earlier try may have arrived, its answer was lost. */
export async function deliverTalk(change: TalkChange, again: boolean, to: Addressee): Promise<void> {
  const { talk, onComment } = to;
  const photo = change.photo.id;
  if (change.kind === "reaction") {
    to.onReactions(photo, await talk.react(photo, change.emoji, change.given));
  } else if (change.kind === "comment.words") {
    onComment(await talk.reword(photo, change.comment, change.text));
  } else if (change.kind === "comment.removal") {
    await talk.unsay(photo, change.comment).catch(forgiveAbsence);
  } else if (change.kind === "comment.restoral") {
    const back = talk.sayAgain(photo, change.comment.id);
    const comment = await (again ? back.catch(forgiveAbsence) : back);
    if (comment) onComment(comment);
  } else {
    onComment((again && (await findSaid(change, to))) || (await talk.say(photo, change.text, change.parent)));
  }
}

async function findSaid(saying: Saying, { talk, me }: Addressee): Promise<Comment | undefined> {
  let after: string | null = null;
  do {
    const page = await talk.comments(saying.photo.id, after);
    const said = page.items.find((comment) => isHeard(saying, comment, me));
    if (said) return said;
    after = page.next;
  } while (after !== null);
}

/** It is done already: by an earlier try, or somebody else was quicker. */
function forgiveAbsence(problem: unknown): undefined {
  if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
}
