import type { Event, Photo } from "../api/types";

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

/** "5 new from Ana", "12 new from Ana and 2 others". */
export function tellArrivals(photos: Photo[]): string {
  const counts = new Map<string, number>();
  for (const { uploader } of photos) {
    const name = uploader?.name ?? "somebody";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [first, second, ...rest] = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const others = rest.length ? `${first} and ${rest.length + 1} others` : second ? `${first} and ${second}` : first;
  return `${photos.length.toLocaleString()} new from ${others}`;
}

export function countPhotos(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "photo" : "photos"}`;
}

export function countPeople(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "person" : "people"}`;
}
