import type { Layout } from "./layout";

/** What is in view, from the top of the grid, with a margin either side so that scrolling meets finished rows. */
export interface Band {
  from: number;
  to: number;
}

const MARGIN = 1.2;
/** The band moves in steps, so that not every pixel of scrolling draws anew. */
const STEP = 200;
/** So many photos are looked at until one is found that is still there. */
const TRIES = 50;

export function bandOf(viewTop: number): Band {
  const from = viewTop - innerHeight * MARGIN;
  const to = viewTop + innerHeight * (1 + MARGIN);
  return { from: Math.floor(from / STEP) * STEP, to: Math.ceil(to / STEP) * STEP };
}

/** How far the photo at the top of the view moved when the layout changed; scrolling by it keeps what is looked at in place. */
export function shiftBetween(before: Layout, after: Layout, viewTop: number): number {
  const reached = before.rows.slice(before.find((row) => row.top + row.height > viewTop));
  const row = reached.find(({ kind }) => kind === "photos");
  if (!row) return 0;
  const { columns, incoming } = before.content;
  const first = Math.max(0, row.start - incoming.length);
  for (let index = first; index < Math.min(first + TRIES, columns.ids.length); index++) {
    const now = after.content.columns.ids.indexOf(columns.ids[index]!);
    if (now >= 0) return after.rowOf(now)!.top - before.rowOf(index)!.top;
  }
  return 0;
}
