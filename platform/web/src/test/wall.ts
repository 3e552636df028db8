import type { WallFeed, WallPhoto, WallState } from "../wall/feed";

/** Photo number `n` of a wall. */
export function hung(n: number, change: Partial<WallPhoto> = {}): WallPhoto {
  const id = `w${n}`;
  const words = { by: "Ana", caption: "", alt: "", thumbhash: "", taken_at: null, taken_zone: null };
  const shape = { width: 400, height: 300, animated: false };
  return { id, ...words, ...shape, added_at: "2026-11-01T12:00:00Z", grid: `/g/${id}`, view: `/v/${id}`, ...change };
}

export function stateOf(change: Partial<WallState> = {}): WallState {
  return { pinned: null, paused: false, skips: 0, code: false, ...change };
}

export function feedOf(seq: number, change: Partial<WallFeed> = {}): WallFeed {
  const nothing = { photos: [], gone: [], next: null, join: null };
  return { name: "Lake", wall: stateOf(), seq, reset: false, ...nothing, ...change };
}
