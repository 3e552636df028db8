import type { Api } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type Schemas = components["schemas"];
export type WallState = Schemas["WallOut"];
export type WallScreen = Schemas["ScreenOut"];
export type NewScreen = Schemas["ScreenMade"];
export type WallWish = { pinned?: string | null; paused?: boolean; skip?: true; code?: boolean };

/** The calls of the remote control. */
export function createRemote({ send }: Pick<Api, "send">) {
  return {
    wall: () => send<WallState>("GET", "/wall"),
    steer: (wish: WallWish) => send<WallState>("PATCH", "/wall", wish),
    screens: () => send<Page<WallScreen>>("GET", "/screens"),
    hang: (label: string) => send<NewScreen>("POST", "/screens", { label }),
    takeDown: (screen: string) => send<void>("DELETE", `/screens/${encodeURIComponent(screen)}`),
  };
}
