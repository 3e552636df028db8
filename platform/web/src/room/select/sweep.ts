import type { Selection } from "./selection";

/** Milliseconds a finger rests on a photo before it chooses; as telephones have it. */
const REST = 450;
/** Pixels a resting finger may tremble. */
const TREMBLE = 10;
/** So near to the edge of the screen the page begins to move, and so far it moves at most with each picture of the screen. */
const EDGE = 96;
const STRIDE = 22;
/** Milliseconds within which a browser makes a click of a finger that was lifted. */
const CLICK = 500;

/** A finger that rests on a photo and is then drawn over others. */
export class Sweep {
  private timer?: ReturnType<typeof setTimeout>;
  private frame = 0;
  private active = false;
  private endedAt = -Infinity;
  private x = 0;
  private y = 0;
  private readonly listening = new AbortController();

  constructor(
    grid: HTMLElement,
    private readonly selection: Selection,
  ) {
    const { signal } = this.listening;
    grid.addEventListener("touchstart", (touch) => this.touch(touch), { signal, passive: true });
    this.listen(grid);
    // The menu of a picture would come up under the same resting finger.
    grid.addEventListener("contextmenu", (menu) => this.timer && menu.preventDefault(), { signal });
  }

  /** Whether a press that comes now is the end of a sweep. */
  swallows(): boolean {
    return performance.now() - this.endedAt < CLICK;
  }

  stop(): void {
    this.end();
    this.listening.abort();
  }

  private listen(element: EventTarget): void {
    const { signal } = this.listening;
    // Not passive: a finger that chooses must not scroll. It is asked once, before a scroll begins, and never during one.
    element.addEventListener("touchmove", this.move, { signal, passive: false });
    for (const end of ["touchend", "touchcancel"]) element.addEventListener(end, this.end, { signal });
  }

  private touch({ touches, target }: TouchEvent): void {
    this.end();
    this.endedAt = -Infinity;
    const id = photoOf(target);
    if (touches.length > 1 || !target || !id) return;
    this.follow(touches[0]!);
    this.timer = setTimeout(() => this.begin(id, target), REST);
  }

  private begin(id: string, target: EventTarget): void {
    this.active = true;
    navigator.vibrate?.(12);
    // A finger stays with what it touched first, even when that was scrolled away and has left the page.
    this.listen(target);
    this.selection.begin(id);
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  private readonly move = (event: Event): void => {
    const touch = event as TouchEvent;
    const finger = touch.touches[0]!;
    if (!this.active) {
      if (Math.hypot(finger.clientX - this.x, finger.clientY - this.y) > TREMBLE) this.end();
      return;
    }
    touch.preventDefault();
    this.follow(finger);
    this.reach();
  };

  private follow({ clientX, clientY }: Touch): void {
    this.x = clientX;
    this.y = clientY;
  }

  private reach(): void {
    const id = photoOf(document.elementFromPoint(this.x, this.y));
    if (id) this.selection.reach(id);
  }

  /** Moves the page while the finger is near its upper or lower edge. */
  private scroll(): void {
    const step = paceAt(this.y, innerHeight);
    if (step) {
      scrollBy({ top: step, behavior: "instant" });
      this.reach();
    }
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  private readonly end = (): void => {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.timer = undefined;
    if (!this.active) return;
    this.active = false;
    this.endedAt = performance.now();
    if (!this.selection.count) this.selection.clear();
  };
}

/** The photo something belongs to, or null. */
export function photoOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-photo]")?.dataset.photo ?? null) : null;
}

/** Pixels to scroll for a finger at `y`: the nearer to the edge, the more. */
export function paceAt(y: number, height: number): number {
  const up = Math.min(1, (EDGE - y) / EDGE);
  const down = Math.min(1, (EDGE - (height - y)) / EDGE);
  if (up > 0) return -Math.ceil(up * STRIDE);
  return down > 0 ? Math.ceil(down * STRIDE) : 0;
}
