import type { Component } from "svelte";
import type { Session } from "../session";

export type DialogView = Component<{ session: Session; onclose: () => void }>;

/** The dialogs of a room. Each is fetched when it is first wanted. */
export const dialogs = {
  members: () => import("./Members.svelte"),
  invite: () => import("./Invite.svelte"),
  settings: () => import("./Settings.svelte"),
  download: () => import("./Download.svelte"),
  caption: () => import("../select/Caption.svelte"),
  move: () => import("../select/Move.svelte"),
  wall: () => import("./Wall.svelte"),
  removed: () => import("./Removed.svelte"),
  reports: () => import("./Reports.svelte"),
  leave: () => import("./Leave.svelte"),
  delete: () => import("./Delete.svelte"),
} satisfies Record<string, () => Promise<{ default: DialogView }>>;

export type DialogName = keyof typeof dialogs;
