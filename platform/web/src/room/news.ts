import type { Event } from "../api/types";

/** Sentences for a screen reader about what others did, many alike joined into one. */
export function tellNews(events: Event[], me: string): string[] {
  const added = new Map<string, number>();
  const sentences: string[] = [];
  let removed = 0;
  for (const event of events) {
    if (event.actor?.id === me) continue;
    const who = event.actor?.name ?? "Somebody";
    if (event.kind === "photo.added") added.set(who, (added.get(who) ?? 0) + 1);
    else if (event.kind === "photo.removed") removed++;
    else if (event.kind === "member.joined") sentences.push(`${event.data.user.name} joined the room`);
    else if (event.kind === "member.left") sentences.push(`${event.data.user.name} is no longer in the room`);
    else if (event.kind === "room.changed") sentences.push(`${who} changed the room’s name or settings`);
  }
  const additions = [...added].map(([who, count]) => `${who} added ${countPhotos(count)}`);
  if (removed) sentences.push(`${countPhotos(removed)} removed`);
  return [...additions, ...sentences];
}

export function countPhotos(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "photo" : "photos"}`;
}

export function countPeople(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "person" : "people"}`;
}
