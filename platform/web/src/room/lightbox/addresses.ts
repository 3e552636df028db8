/** The photo that an address leads to: `?photo=` goes along through sign-in, `#photo=` is how older links have it. */
export function photoIn({ search, hash }: Pick<Location, "search" | "hash">): string | null {
  return new URLSearchParams(search).get("photo") || /^#photo=(.+)$/.exec(hash)?.[1] || null;
}

/** Whether the address asks for what is said about the photo, as a notification's does. */
export function asksForTalk({ search }: Pick<Location, "search">): boolean {
  return new URLSearchParams(search).has("talk");
}

/** The address of a photo, or of the room behind it, without losing what else the address says. */
export function addressOf(photo: string | null, { pathname, search }: Pick<Location, "pathname" | "search">): string {
  const parameters = new URLSearchParams(search);
  if (photo) parameters.set("photo", photo);
  else parameters.delete("photo");
  parameters.delete("talk"); // asked for once
  return pathname + (parameters.size ? `?${parameters}` : "");
}

/** What is passed on to others: the photo in its room, whatever I have searched for. */
export function linkTo(photo: string): string {
  return `${location.origin}${location.pathname}?photo=${encodeURIComponent(photo)}`;
}
