import type { Me, Page, Photo, Room } from "../api/types";

export interface Boot {
  room: Room;
  me: Me;
  photos: Page<Photo>;
  csrf: string;
}

/** What the server wrote into the page, so that the first photos need no further request. */
export function readBoot(): Boot {
  return JSON.parse(document.getElementById("boot")!.textContent!) as Boot;
}
