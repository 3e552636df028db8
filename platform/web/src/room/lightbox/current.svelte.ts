import { SvelteSet } from "svelte/reactivity";

/** What lies beside the photo, or under it on a phone; "" is nothing. */
export type Sheet = "" | "talk" | "details";

const KEY = "salon.sheet";

/** The photo in view, shared by the viewer and what lies around it. */
export class Current {
  id = $state("");
  editing = $state(false);
  sheet = $state<Sheet>("");
  /** A photo, or a comment on it, that somebody is about to report. */
  reporting = $state.raw<{ photo: string; comment: string | null } | null>(null);
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  /** Moving pictures that somebody stopped, or started where they stand still by themselves. */
  private switched = new SvelteSet<string>();

  /** Called when a picture was told to move or to stand still. */
  onmotion = () => {};

  constructor(id: string) {
    this.id = id;
  }

  isMoving(id: string): boolean {
    return this.calm === this.switched.has(id);
  }

  switchMotion(id: string): void {
    if (!this.switched.delete(id)) this.switched.add(id);
    this.onmotion();
  }
}

/** A screen with room beside the photo. */
export function isWide(): boolean {
  return matchMedia("(min-width: 45rem)").matches;
}

/** What was open beside the last photo. On a phone it would cover half of the next one, so there it does not come back. */
export function recallSheet(): Sheet {
  const kept = isWide() ? keep(() => localStorage.getItem(KEY)) : "";
  return kept === "talk" || kept === "details" ? kept : "";
}

export function rememberSheet(sheet: Sheet): void {
  if (isWide()) keep(() => localStorage.setItem(KEY, sheet));
}

/** Browsers may refuse to store anything. */
function keep<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
