import { OfflineError, readError } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type WallFeed = Schemas["WallFeed"];
export type WallPhoto = Schemas["WallPhoto"];
export type WallState = Schemas["WallOut"];

const PATIENCE = 30_000;

/** Everything from the newest on, or what is older than photo `before`, or what has changed since event `after`. */
export async function readFeed(room: string, from: { after?: number; before?: string } = {}): Promise<WallFeed> {
  const query = new URLSearchParams(Object.entries(from).map(([name, value]) => [name, String(value)]));
  const { ok, status, text } = await ask(`/api/v1/rooms/${encodeURIComponent(room)}/wall/feed?${query}`);
  if (!ok) throw readError(status, text);
  return JSON.parse(text) as WallFeed;
}

async function ask(address: string): Promise<{ ok: boolean; status: number; text: string }> {
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch {
    throw new OfflineError();
  }
}
