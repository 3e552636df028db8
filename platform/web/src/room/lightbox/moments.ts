import type { Photo } from "../../api/types";
import { nameMoment } from "../dates";

const MINUTE = 60_000;

/** The day and hour on the clock of whoever took the photo. Without a zone, `taken_at` holds that clock as if it were UTC. */
export function nameTaken(taken_at: string, zone: number | null, locale?: string): string {
  const local = new Date(Date.parse(taken_at) + (zone ?? 0) * MINUTE);
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(local);
}

/** "UTC", "UTC+2", "UTC−3:30"; minutes east of UTC. */
export function nameZone(zone: number): string {
  if (zone === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  return `UTC${zone < 0 ? "−" : "+"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
}

/** When a photo was taken, where it says so, or else when it was added. */
export function nameWhen({ taken_at, taken_zone, added_at }: Photo): string {
  return taken_at ? nameTaken(taken_at, taken_zone) : nameMoment(added_at);
}
