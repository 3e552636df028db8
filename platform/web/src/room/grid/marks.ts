import { dateOf } from "../dates";
import type { Layout } from "./layout";

/** Where a month begins in the grid. */
export interface Month {
  top: number;
  date: Date;
}

/** The months of a layout, from its top. */
export function monthsOf({ rows, content }: Layout): Month[] {
  const months: Month[] = [];
  let last = "";
  for (const { kind, top, moment } of rows) {
    if (kind !== "heading") continue;
    const date = dateOf(moment, content.sort);
    const key = `${date.getFullYear()} ${date.getMonth()}`;
    if (key !== last) months.push({ top, date });
    last = key;
  }
  return months;
}

/** The number of the month that a height is in. */
export function monthAt(months: Month[], top: number): number {
  const next = months.findIndex((month) => month.top > top);
  return next < 0 ? months.length - 1 : Math.max(0, next - 1);
}

/** Years as far as their names have room: where each begins as a part of the whole, and its name. */
export function yearsOf(months: Month[], height: number, apart: number): { at: number; year: string }[] {
  const years: { at: number; year: string }[] = [];
  for (const { top, date } of months) {
    const year = String(date.getFullYear());
    const at = top / height;
    const last = years.at(-1);
    if (last && (last.year === year || at - last.at < apart)) continue;
    years.push({ at, year });
  }
  return years;
}
