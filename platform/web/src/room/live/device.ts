interface Happenings {
  /** The device has a network again, or the page came back from the browser's cache. */
  back: () => void;
  offline: () => void;
  /** The page is looked at again, after so many milliseconds. */
  shown: (after: number) => void;
}

/** Tells what happens to the device and to the page. Returns what stops it. */
export function watchDevice({ back, offline, shown }: Happenings): () => void {
  let hiddenAt = Date.now();
  const changed = () => {
    if (document.hidden) hiddenAt = Date.now();
    else shown(Date.now() - hiddenAt);
  };
  const restored = ({ persisted }: PageTransitionEvent) => persisted && back();
  addEventListener("online", back);
  addEventListener("offline", offline);
  addEventListener("pageshow", restored);
  document.addEventListener("visibilitychange", changed);
  return () => {
    removeEventListener("online", back);
    removeEventListener("offline", offline);
    removeEventListener("pageshow", restored);
    document.removeEventListener("visibilitychange", changed);
  };
}
