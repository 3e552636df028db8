const LOOK_MS = 2_000;

/** Whoever has looked at the list for a moment has read it; the button is for those without scripts. */
export function markSeen(form: HTMLFormElement): void {
  form.hidden = true;
  const body = new FormData(form);
  setTimeout(() => {
    if (!document.hidden) void fetch(location.pathname, { method: "POST", body, redirect: "manual" });
  }, LOOK_MS);
}

/** Proposes where this browser is to somebody who never said where they are. */
export function proposeZone(select: HTMLSelectElement): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select.value === "UTC" && [...select.options].some(({ value }) => value === here)) select.value = here;
}
