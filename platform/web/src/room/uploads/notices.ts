import type { Originals } from "../../api/types";
import { countPhotos } from "../news";
import { nameSize } from "../ui/sizes";
import type { Shortage } from "./checks";

/** What the room will see of the places that some photos tell. */
export function sayPlaces(count: number, originals: Originals): string {
  const one = count === 1;
  const know = `${countPhotos(count)} ${one ? "knows where it was taken" : "know where they were taken"}.`;
  if (originals === "as_is") return `${know} Others can see it when they download ${one ? "it" : "them"}.`;
  return `${know} The room will not see it.`;
}

export function sayShortage({ photos, need, left, fit }: Shortage): string {
  const these = photos === 1 ? "This photo needs" : `These ${countPhotos(photos)} need`;
  const are = left === 0 ? "nothing is left" : `${nameSize(left)} are left`;
  const sent = fit === 0 ? "" : fit === 1 ? " One that fits is sent." : ` ${fit} that fit are sent.`;
  return `${these} ${nameSize(need)}, and ${are} in this room.${sent}`;
}
