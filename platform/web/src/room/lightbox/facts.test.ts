import { expect, test } from "vitest";
import { mapAddress, nameMegapixels, namePlace, tellCamera } from "./facts";
import { nameTaken, nameZone } from "./moments";

const camera = { make: "", model: "", lens: "", exposure: "", aperture: "", focal_length: "" };

test("a photo says the hour on the clock of whoever took it, wherever it is looked at", () => {
  const taken = "2025-12-31T20:30:00Z";
  expect(nameTaken(taken, 330, "en-GB")).toBe("1 January 2026 at 02:00");
  expect(nameTaken(taken, -210, "en-GB")).toBe("31 December 2025 at 17:00");
  expect(nameTaken(taken, null, "en-GB")).toBe("31 December 2025 at 20:30");
});

test("a zone is said as people write it", () => {
  expect([0, 120, -210, 345, -60].map(nameZone)).toEqual(["UTC", "UTC+2", "UTC−3:30", "UTC+5:45", "UTC−1"]);
});

test("a camera is named once, though it repeats its maker", () => {
  const named = (make: string, model: string) => tellCamera({ ...camera, make, model });
  expect(named("Canon", "Canon EOS R5")).toEqual(["Canon EOS R5"]);
  expect(named("NIKON CORPORATION", "NIKON Z 6")).toEqual(["NIKON Z 6"]);
  expect(named("Apple", "iPhone 15 Pro")).toEqual(["Apple iPhone 15 Pro"]);
  expect([named("", "X100V"), named("Fujifilm", ""), named("", "")]).toEqual([["X100V"], ["Fujifilm"], []]);
});

test("the exposure is one calm line of what is known, and the lens does not repeat the camera", () => {
  const model = "iPhone 15 Pro";
  const known = { focal_length: "24 mm", aperture: "f/1.8", exposure: "1/250 s", iso: 80 };
  expect(tellCamera({ ...camera, ...known })).toEqual(["24 mm · f/1.8 · 1/250 s · ISO 80"]);
  expect(tellCamera({ ...camera, model, iso: 80, lens: `${model} back camera` })).toEqual([
    model,
    "ISO 80",
    "back camera",
  ]);
});

test("megapixels are counted as on the box of a camera", () => {
  expect(nameMegapixels(4032, 3024, "en")).toBe("12 megapixels");
  expect(nameMegapixels(1000, 1000, "en")).toBe("1 megapixel");
  expect(nameMegapixels(1600, 1000, "en")).toBe("1.6 megapixels");
  expect(nameMegapixels(120, 80, "en")).toBe("");
});

test("a place south and west is not north and east", () => {
  expect(namePlace({ latitude: 47.366667, longitude: 8.533333 })).toBe("47.3667° N, 8.5333° E");
  expect(namePlace({ latitude: -33.8568, longitude: -70.5 })).toBe("33.8568° S, 70.5000° W");
  expect(mapAddress({ latitude: -33.8568, longitude: 151.2153 })).toBe(
    "https://www.openstreetmap.org/?mlat=-33.856800&mlon=151.215300#map=16/-33.856800/151.215300",
  );
});
