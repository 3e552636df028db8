import type { Invite, Role } from "../../api/types";
import { nameDate } from "../dates";
import { ROLE_NAMES } from "../people/roles";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FAR_OFF = 60 * DAY;

export function isUsable({ expires_at, max_uses, uses }: Invite, now = Date.now()): boolean {
  return !(expires_at && Date.parse(expires_at) <= now) && !(max_uses !== null && uses >= max_uses);
}

export function addressOf({ url }: Invite): string {
  return new URL(url, location.href).href;
}

const GUESTS: Record<Role, string> = {
  viewer: "Whoever has this link can join and look at every photo.",
  contributor: "Whoever has this link can join, look at every photo and add their own.",
  moderator:
    "Whoever has this link can join and help to look after the room: add and remove photos, and invite people.",
  owner: "Whoever has this link can join and do everything.",
};

/** What a link of this role lets people do. */
export function sayGuests(role: Role): string {
  return GUESTS[role];
}

/** "3 of 10 have joined", "1 person has joined", "Nobody has joined yet" */
export function sayUses({ uses, max_uses }: Pick<Invite, "uses" | "max_uses">): string {
  if (max_uses) return `${uses} of ${max_uses} ${max_uses === 1 ? "has" : "have"} joined`;
  if (!uses) return "Nobody has joined yet";
  return uses === 1 ? "1 person has joined" : `${uses.toLocaleString()} people have joined`;
}

/** "Ends in 6 days", "Ends in 5 hours", "Ends on 4 Nov 2026" when that is far off, "Does not end" */
export function sayEnd(expires_at: string | null, now = Date.now(), locale?: string): string {
  if (!expires_at) return "Does not end";
  const left = Date.parse(expires_at) - now;
  if (left <= 0) return "Has ended";
  if (left > FAR_OFF) return `Ends on ${nameDate(expires_at, locale)}`;
  const [size, unit] = left < HOUR ? [MINUTE, "minute"] : left < 2 * DAY ? [HOUR, "hour"] : [DAY, "day"];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  return `Ends ${format.format(Math.max(1, Math.floor(left / (size as number))), unit as Intl.RelativeTimeFormatUnit)}`;
}

/** "Contributor · used 3 of 10 times · until 4 Nov 2026" */
export function describeInvite(invite: Invite): string {
  const { role, uses, max_uses, expires_at } = invite;
  const times = max_uses ? `used ${uses} of ${max_uses} times` : uses === 1 ? "used once" : `used ${uses} times`;
  return [ROLE_NAMES[role], uses || max_uses ? times : "not used yet", describeEnd(expires_at)]
    .filter(Boolean)
    .join(" · ");
}

function describeEnd(expires_at: string | null): string {
  if (!expires_at) return "";
  return `${Date.parse(expires_at) <= Date.now() ? "ended" : "until"} ${nameDate(expires_at)}`;
}
