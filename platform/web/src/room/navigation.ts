import { tick } from "svelte";
import { readQuery, writeQuery, type Query } from "./query";
import type { View } from "./view";

/** Keeps what is shown in the address of the page, and where the reader was in its history: so that going back goes back. */
export class Navigation {
  constructor(private readonly view: View) {}

  start(): () => void {
    history.scrollRestoration = "manual";
    const { top } = placeIn(history.state);
    void this.show(readQuery(location.search), () => scrollY === 0 && top);
    addEventListener("popstate", this.follow);
    addEventListener("pagehide", remember);
    return () => {
      removeEventListener("popstate", this.follow);
      removeEventListener("pagehide", remember);
    };
  }

  /** Shows something else from its beginning. What is typed letter by letter is one step of the history. */
  go(query: Query, typing = false): void {
    remember();
    const address = location.pathname + writeQuery(query);
    if (typing) history.replaceState({}, "", address);
    else history.pushState({}, "", address);
    void this.show(query, () => 0);
  }

  private follow = (): void => {
    const query = readQuery(location.search);
    if (writeQuery(query) === writeQuery(this.view.query)) return; // a photo was closed
    const { top } = placeIn(history.state);
    void this.show(query, () => top);
  };

  private async show(query: Query, place: () => number | false): Promise<void> {
    await this.view.show(query);
    if (this.view.query !== query) return;
    await tick();
    const top = place();
    if (top !== false) requestAnimationFrame(() => scrollTo({ top, behavior: "instant" }));
  }
}

function remember(): void {
  history.replaceState({ ...history.state, top: scrollY }, "");
}

function placeIn(state: unknown): { top: number } {
  const top = (state as { top?: unknown } | null)?.top;
  return { top: typeof top === "number" ? top : 0 };
}
