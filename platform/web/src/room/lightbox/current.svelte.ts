import { SvelteSet } from "svelte/reactivity";

/** The photo in view, shared by the viewer and what lies around it. */
export class Current {
  id = $state("");
  editing = $state(false);
  details = $state(false);
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
