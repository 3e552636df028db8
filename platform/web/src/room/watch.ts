import { createSubscriber } from "svelte/reactivity";
import type { Observable } from "./observable";

/** Reading `current` in a component or `$derived` re-runs it whenever the source changes. */
export function watch<Source extends Observable>(source: Source): { readonly current: Source } {
  const track = createSubscriber((update) => source.subscribe(update));
  return {
    get current() {
      track();
      return source;
    },
  };
}

/** The same, once for all changes between two frames: for what is costly to draw anew. */
export function watchByFrame<Source extends Observable>(source: Source): { readonly current: Source } {
  const track = createSubscriber((update) => {
    let frame = 0;
    const unsubscribe = source.subscribe(() => {
      if (document.hidden) return update(); // a hidden page has no frames
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        update();
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      unsubscribe();
    };
  });
  return {
    get current() {
      track();
      return source;
    },
  };
}
