import type { Wanted } from "../api/types";
import type { Sort } from "./store/order";

/** What of the room is shown, and in which order, as the address of the page says it. */
export interface Query {
  sort: Sort;
  /** Id of the person who added them. */
  by: string;
  unseen: boolean;
  favourites: boolean;
  q: string;
}

export const EVERYTHING: Query = { sort: "added", by: "", unseen: false, favourites: false, q: "" };

export function readQuery(search: string): Query {
  const parameters = new URLSearchParams(search);
  return {
    sort: parameters.get("sort") === "taken" ? "taken" : "added",
    by: parameters.get("by") ?? "",
    unseen: parameters.has("unseen"),
    favourites: parameters.has("favourites"),
    q: (parameters.get("q") ?? "").trim(),
  };
}

/** The search part of an address, empty for everything. */
export function writeQuery({ sort, by, unseen, favourites, q }: Query): string {
  const parameters = new URLSearchParams();
  if (sort !== "added") parameters.set("sort", sort);
  if (by) parameters.set("by", by);
  if (unseen) parameters.set("unseen", "1");
  if (favourites) parameters.set("favourites", "1");
  if (q) parameters.set("q", q);
  return parameters.size ? `?${parameters}` : "";
}

export function isFiltered({ by, unseen, favourites, q }: Query): boolean {
  return Boolean(by || unseen || favourites || q);
}

export function isEverything(query: Query): boolean {
  return query.sort === "added" && !isFiltered(query);
}

/** `read`: up to where I had seen the room when I came. */
export function wantedBy({ sort, by, unseen, favourites, q }: Query, read: number): Wanted {
  return { sort, by: by || null, unseen: unseen ? read : null, favourites, q };
}
