import type { Originals } from "../../api/types";

export const ORIGINALS: { policy: Originals; label: string; note: string }[] = [
  { policy: "as_is", label: "As it came", note: "With all that the camera noted, the place included." },
  {
    policy: "without_location",
    label: "Without where it was taken",
    note: "The place is taken out. Date, camera and full quality stay.",
  },
  {
    policy: "without_metadata",
    label: "Only the picture",
    note: "In full quality, but no place, no date, no camera.",
  },
];

const GOT: Record<Originals, string> = {
  as_is: "as it came",
  without_location: "without where it was taken",
  without_metadata: "as the picture only, without date and camera",
};

/** What a download of one photo brings, said to whoever is about to press the button. */
export function tellDownload(policy: Originals, mine: boolean): string {
  if (!mine) return `You get this photo ${GOT[policy]}.`;
  if (policy === "as_is") return "Everybody gets this photo as it came.";
  return `You get your own photo as it came, others get it ${GOT[policy]}.`;
}

/** The same for many photos of several people. */
export function tellPolicy(policy: Originals): string {
  if (policy === "as_is") return "Every photo comes as it was added.";
  return `Your own photos come as you added them, those of others ${GOT[policy]}.`;
}
