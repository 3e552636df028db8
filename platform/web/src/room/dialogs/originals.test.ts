import { expect, test } from "vitest";
import { tellDownload, tellPolicy } from "./originals";

test("whoever added a photo is told what others get, others what they get", () => {
  expect(tellDownload("without_location", false)).toBe("You get this photo without where it was taken.");
  expect(tellDownload("without_location", true)).toBe(
    "You get your own photo as it came, others get it without where it was taken.",
  );
  expect(tellDownload("as_is", true)).toBe("Everybody gets this photo as it came.");
  expect(tellPolicy("without_metadata")).toBe(
    "Your own photos come as you added them, those of others as the picture only, without date and camera.",
  );
});
