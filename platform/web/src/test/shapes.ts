import type { Event, Page, Photo, Room } from "../api/types";

export const OLIVE = { id: "olive", name: "Olive" };
export const ANA = { id: "ana", name: "Ana" };

export function makeRoom(change: Partial<Room> = {}): Room {
  const counts = { seq: 0, members: 1, photos: 0, unread: 0, read_seq: 0, reports: 0, notify: "all" as const };
  const mine = { role: "owner" as const, rights: ["view", "upload", "curate", "invite", "manage"] as Room["rights"] };
  return {
    id: "lake",
    name: "Lake",
    description: "",
    originals: "without_location",
    talk: true,
    cover: null,
    cover_photo: null,
    colour: null,
    ...counts,
    ...mine,
    ...change,
  };
}

/** Photo number `n`, added in the n-th second. */
export function makePhoto(n: number, change: Partial<Photo> = {}): Photo {
  const id = `p${String(n).padStart(4, "0")}`;
  const media = { thumb: `/t/${id}`, grid: `/g/${id}`, view: `/v/${id}`, original: `/o/${id}` };
  const added_at = new Date(Date.UTC(2026, 10, 1, 12, 0, n)).toISOString();
  const words = {
    caption: "",
    alt: "",
    error: "",
    thumbhash: "",
    located: false,
    animated: false,
    state: "ready" as const,
  };
  const times = { taken_at: null, taken_zone: null, added_at };
  const shape = { upload: null, width: 300, height: 200 };
  return { id, seq: n, uploader: OLIVE, talk: null, ...shape, ...times, media, ...words, ...change };
}

export function makeEvent(seq: number, kind: Event["kind"], data: unknown, actor = ANA): Event {
  return { seq, kind, at: "2026-11-01T12:00:00Z", actor, data } as Event;
}

export function pageOf(photos: Photo[], next: string | null = null): Page<Photo> {
  return { items: photos, next };
}
