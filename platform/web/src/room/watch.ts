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
