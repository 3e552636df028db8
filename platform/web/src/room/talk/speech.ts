import type { Person } from "../../api/types";
import type { Session } from "../session";
import { toasts } from "../ui/toasts.svelte";
import type { Remark } from "./thread";

/** Something written for the room, and the people named in it. */
export interface Words {
  text: string;
  mentions: Person[];
}

export function say({ outbox }: Session, photo: string, { text, mentions }: Words, parent: string | null): void {
  const [key, at] = [`saying-${Date.now()}-${Math.random()}`, new Date().toISOString()];
  outbox.add({ kind: "comment", photo: { id: photo }, key, text, mentions, parent, at });
}

export function reword({ outbox }: Session, { photo, id, text: before }: Remark, { text }: Words): void {
  if (text !== before) outbox.add({ kind: "comment.words", photo: { id: photo }, comment: id, text });
}

/** Takes a comment away at once and offers the way back. */
export function unsay({ outbox }: Session, remark: Remark): void {
  if (remark.saying) return outbox.unsay(remark.saying);
  const { pending: _pending, saying: _saying, ...comment } = remark;
  const photo = { id: comment.photo };
  outbox.add({ kind: "comment.removal", photo, comment: comment.id });
  const run = () => outbox.add({ kind: "comment.restoral", photo, comment });
  toasts.show("Comment removed.", { label: "Undo", run });
}

export function react({ outbox }: Session, photo: string, emoji: string, given: boolean): void {
  outbox.add({ kind: "reaction", photo: { id: photo }, emoji, given });
}
