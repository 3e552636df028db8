import type { Session } from "../session";
import { Selection } from "./selection";

const selections = new WeakMap<Session, Selection>();

/** One selection a visit. */
export function selectionOf(session: Session): Selection {
  const known = selections.get(session);
  if (known) return known;
  const selection = new Selection();
  selections.set(session, selection);
  return selection;
}
