import type { Invite } from "../../api/types";
import { nameDate } from "../dates";
import { ROLE_NAMES } from "../people/roles";

export function isUsable({ expires_at, max_uses, uses }: Invite, now = Date.now()): boolean {
  return !(expires_at && Date.parse(expires_at) <= now) && !(max_uses !== null && uses >= max_uses);
}

export function addressOf({ url }: Invite): string {
  return new URL(url, location.href).href;
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
