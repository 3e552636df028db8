const REST = 3_000;

/** Keeps the screen lit while the page is looked at, where the browser lets us: only over https or on this machine. */
export function keepAwake(): void {
  const ask = () => {
    if (!document.hidden && "wakeLock" in navigator) navigator.wakeLock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

/** Says when a hand is at the pointer or the keyboard, and when it has rested for a while. Returns what stops it. */
export function watchHands(tell: (active: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wake = () => {
    tell(true);
    clearTimeout(timer);
    timer = setTimeout(() => tell(false), REST);
  };
  const kinds = ["pointermove", "pointerdown", "keydown"];
  for (const kind of kinds) addEventListener(kind, wake);
  wake();
  return () => {
    clearTimeout(timer);
    for (const kind of kinds) removeEventListener(kind, wake);
  };
}

export function switchFullscreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  done?.catch(() => undefined);
}

export function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
