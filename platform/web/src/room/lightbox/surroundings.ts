import type PhotoSwipe from "photoswipe";
import { mount, unmount, type Component } from "svelte";
import type { Threads } from "../talk/threads";
import type { Session } from "../session";
import type { Current, Sheet } from "./current.svelte";

/** What lies around the photo gets this. */
export interface Surroundings {
  session: Session;
  current: Current;
  threads: Threads;
  onsheet: (sheet: Sheet) => void;
  /** How high the sheet is on a phone, as CSS has it; `settled` when nobody holds it any more. */
  onheight: (height: string, settled: boolean) => void;
}

export interface Part {
  name: string;
  component: Component<Surroundings>;
  /** Among the buttons at the top, from left to right; parts without it lie around the photo. */
  order?: number;
}

export function surround(pswp: PhotoSwipe, { name, component, order }: Part, props: Surroundings): void {
  pswp.ui?.registerElement({
    name,
    order: order ?? 9,
    isButton: false,
    appendTo: order ? "bar" : "root",
    onInit: (target) => {
      const mounted = mount(component, { target, props });
      pswp.on("destroy", () => void unmount(mounted));
    },
  });
}
