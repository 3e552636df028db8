import type { Selection } from "./selection";
import { photoOf, Sweep } from "./sweep";

/** Lets pointers and keys on this element choose photos; for `{@attach}`. */
export function choosing(selection: Selection): (grid: HTMLElement) => () => void {
  return (grid) => {
    const sweep = new Sweep(grid, selection);
    const stop = new AbortController();
    const { signal } = stop;
    grid.addEventListener("click", (press) => (sweep.swallows() ? silence(press) : click(selection, press)), {
      signal,
      capture: true,
    });
    // Else the browser would mark as text what lies between two presses with Shift.
    grid.addEventListener("mousedown", (press) => press.shiftKey && press.preventDefault(), { signal });
    addEventListener("keydown", (pressed) => key(selection, pressed), { signal });
    addEventListener(
      "keyup",
      (released) => isToggle(released) && photoOf(released.target) && released.preventDefault(),
      {
        signal,
      },
    );
    return () => {
      stop.abort();
      sweep.stop();
    };
  };
}

function click(selection: Selection, press: MouseEvent): void {
  const id = photoOf(press.target);
  if (!id) return;
  if (press.shiftKey) selection.extend(id, id);
  else if (selection.isOn || press.ctrlKey || press.metaKey || isOnMark(press.target)) selection.toggle(id);
  else return;
  silence(press);
}

function key(selection: Selection, pressed: KeyboardEvent): void {
  if (isElsewhere(pressed)) return;
  const id = photoOf(pressed.target);
  if (pressed.key === "Escape" && selection.isOn) selection.clear();
  else if (pressed.key.toLowerCase() === "a" && (pressed.ctrlKey || pressed.metaKey)) selectAll(selection, pressed);
  else if (id && isToggle(pressed)) {
    pressed.preventDefault();
    selection.toggle(id);
  }
}

function selectAll(selection: Selection, pressed: KeyboardEvent): void {
  const all = selection.order();
  if (!all.length) return;
  pressed.preventDefault();
  if (!selection.hasAll(all)) selection.toggleAll(all);
}

function isToggle({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  if (key === " ") return ctrlKey || metaKey || shiftKey;
  return key.toLowerCase() === "x" && !(ctrlKey || metaKey || altKey);
}

/** While somebody writes, or looks at a dialog, a menu or one photo, keys belong there. */
function isElsewhere({ target }: KeyboardEvent): boolean {
  const there = target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=menu]");
  return Boolean(there || document.querySelector("dialog[open], .pswp"));
}

function isOnMark(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-mark]") !== null;
}

function silence(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
