import type { Comment, Person, Talk } from "../../api/types";

interface Done {
  photo: { id: string };
  /** It was sent before, and may have arrived. */
  tried?: boolean;
}

/** Something I have said that the room may not have heard yet. */
export interface Saying extends Done {
  kind: "comment";
  /** Tells two of the same words apart. */
  key: string;
  text: string;
  mentions: Person[];
  parent: string | null;
  at: string;
  /** Number of the newest event when it was first sent: what has a higher one may be it. */
  seq?: number;
  /** Why the room did not want it. It is kept until its author has decided what becomes of it. */
  refused?: string;
}

/** What somebody did to the talk about a photo that the server may not know of yet. */
export type TalkChange =
  | Saying
  | (Done & { kind: "comment.words"; comment: string; text: string })
  | (Done & { kind: "comment.removal"; comment: string })
  | (Done & { kind: "comment.restoral"; comment: Comment })
  | (Done & { kind: "reaction"; emoji: string; given: boolean });

export function isTalk<Other extends { kind: string }>(change: Other | TalkChange): change is TalkChange {
  return change.kind.startsWith("comment") || change.kind === "reaction";
}

/** Whether this is what became of it: its answer may be lost, or be slower than the event. */
export function isHeard({ text, parent, seq }: Saying, comment: Comment, me: string): boolean {
  const isMine = comment.author?.id === me && comment.seq > (seq ?? Infinity);
  return isMine && comment.text === text && comment.parent === parent;
}

/** A newer change may make an earlier one needless: what is taken back before it was sent was never done. */
export function settles(earlier: TalkChange, change: TalkChange): "both" | "earlier" | null {
  if (earlier.photo.id !== change.photo.id) return null;
  if (change.kind === "reaction" && earlier.kind === "reaction" && earlier.emoji === change.emoji) {
    return earlier.tried ? "earlier" : "both";
  }
  if (change.kind === "comment.words" && earlier.kind === "comment.words") {
    return earlier.comment === change.comment ? "earlier" : null;
  }
  if (change.kind === "comment.restoral" && earlier.kind === "comment.removal") {
    if (earlier.comment !== change.comment.id) return null;
    return earlier.tried ? "earlier" : "both";
  }
  return null;
}

export const NO_TALK: Talk = { seq: 0, comments: 0, reactions: {}, mine: [] };

/** The reactions to a photo as they will be once my own have reached the room. */
export function foreseeReactions(talk: Talk | undefined, changes: { kind: string }[], photo: string): Talk {
  const now = { ...(talk ?? NO_TALK), reactions: { ...talk?.reactions }, mine: [...(talk?.mine ?? [])] };
  for (const change of changes as TalkChange[]) {
    if (change.kind !== "reaction" || change.photo.id !== photo) continue;
    const { emoji, given } = change;
    if (now.mine.includes(emoji) === given) continue;
    now.mine = given ? [...now.mine, emoji] : now.mine.filter((one) => one !== emoji);
    now.reactions[emoji] = (now.reactions[emoji] ?? 0) + (given ? 1 : -1);
    if (now.reactions[emoji] <= 0) delete now.reactions[emoji];
  }
  return now;
}
