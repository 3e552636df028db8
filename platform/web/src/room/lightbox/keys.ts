import type { Current, Sheet } from "./current.svelte";

const SHEETS: Record<string, Sheet> = { i: "details", c: "talk" };
/** What answers to Escape, and to everything else, itself. */
const OWN = "dialog, [role=menu], [role=dialog]:not(.pswp)";
const TYPED = "input, textarea";
/** What left and right move in. */
const ROWS = "[role=tab]";

/** Whether somebody else than PhotoSwipe answers to this key. */
export function isTaken(pressed: KeyboardEvent, current: Current, show: (sheet: Sheet) => void): boolean {
  const { key, target, ctrlKey, metaKey, altKey } = pressed;
  const at = target instanceof Element ? target : null;
  if (current.editing || current.reporting || at?.closest(OWN)) return true;
  if (key === "Escape" && current.sheet) {
    show("");
    return true;
  }
  if (at?.closest(TYPED)) return true;
  if (ctrlKey || metaKey || altKey) return false;
  const sheet = SHEETS[key.toLowerCase()];
  if (sheet) show(current.sheet === sheet ? "" : sheet);
  return Boolean(sheet) || isMovedInside(key, at);
}

/** Up and down move what lies beside the photo, left and right its tabs. */
function isMovedInside(key: string, at: Element | null): boolean {
  if (key === "ArrowUp" || key === "ArrowDown") return at?.closest(".pswp__sheet") != null;
  return key.startsWith("Arrow") && at?.matches(ROWS) === true;
}
