import type { Row } from "./layout";

/** What is in view, from the top of the grid, with a margin either side so that scrolling meets finished rows. */
export interface Band {
  from: number;
  to: number;
}

const MARGIN = 1.2;
/** The band moves in steps, so that not every pixel of scrolling draws anew. */
const STEP = 200;

export function bandOf(grid: HTMLElement): Band {
  const top = -grid.getBoundingClientRect().top;
  const from = top - innerHeight * MARGIN;
  const to = top + innerHeight * (1 + MARGIN);
  return { from: Math.floor(from / STEP) * STEP, to: Math.ceil(to / STEP) * STEP };
}

/** How far the photo at the top of the view moved when the rows changed; scrolling by it keeps what is looked at in place. */
export function shiftBetween(before: Row[], after: Row[], viewTop: number): number {
  const tops = new Map(after.flatMap((row) => row.tiles.map((tile) => [tile.photo.id, tile.top] as const)));
  for (const row of before) {
    if (row.top + row.height <= viewTop) continue;
    for (const tile of row.tiles) {
      const top = tops.get(tile.photo.id);
      if (top !== undefined) return top - tile.top;
    }
  }
  return 0;
}
