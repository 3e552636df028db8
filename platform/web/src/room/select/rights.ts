import { createReading } from "../../api/library";
import type { Photo } from "../../api/types";
import { EVERYTHING } from "../query";
import type { Session } from "../session";
import { readIndex } from "../store/decode";
import { idsOf, photosOf } from "./changes";
import { selectionOf } from "./current";

export interface Split {
  /** What one may change or remove. */
  mine: string[];
  /** How many others there are. */
  others: number;
}

/** Whoever curates tends everything, others their own. Of photos this page does not hold the room is asked whose they are. */
export async function split(session: Session, ids: string[]): Promise<Split> {
  if (session.may("curate")) return { mine: ids, others: 0 };
  const photos = ids.flatMap((id) => session.store.photos.get(id) ?? []);
  const mine =
    photos.length === ids.length ? idsOf(photos.filter((photo) => session.mayTend(photo))) : await ask(session, ids);
  return { mine, others: ids.length - mine.length };
}

async function ask(session: Session, ids: string[]): Promise<string[]> {
  const mine = new Set(await readMine(session));
  return ids.filter((id) => mine.has(id));
}

/** Everything I have added to the room. */
export async function readMine({ api, me }: Session): Promise<string[]> {
  return readIndex(await createReading(api).index({ ...EVERYTHING, by: me.id, unseen: null })).ids;
}

/** "3 of 14 are not yours and stay as they are." */
export function tellOthers({ mine, others }: Split): string {
  if (!others) return "";
  if (!mine.length) return "None of them is yours, so you cannot change or remove them.";
  return `${others} of ${mine.length + others} ${others === 1 ? "is" : "are"} not yours and ${others === 1 ? "stays as it is" : "stay as they are"}.`;
}

/** The chosen photos one may change, and a sentence on those one may not. */
export async function chosenOf(session: Session): Promise<{ photos: Photo[]; note: string }> {
  const all = await photosOf(session, selectionOf(session).ids);
  const photos = all.filter((photo) => session.mayTend(photo));
  return { photos, note: tellOthers({ mine: idsOf(photos), others: all.length - photos.length }) };
}
