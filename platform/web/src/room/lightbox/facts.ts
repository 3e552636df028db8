import type { Camera, Place } from "../../api/types";

const MEGA = 1e6;
/** Some eleven metres: enough to find the spot. */
const PLACE_DIGITS = 4;
const STREETS = 16;

/** "12 megapixels · HEIC · 3.1 MB" without the parts that are not known. */
export function joinFacts(facts: (string | number | null | undefined)[]): string {
  return facts.filter(Boolean).join(" · ");
}

export function nameMegapixels(width: number, height: number, locale?: string): string {
  const count = (width * height) / MEGA;
  if (count < 0.1) return "";
  const digits = count < 9.95 ? 1 : 0;
  const text = count.toLocaleString(locale, { maximumFractionDigits: digits });
  return `${text} ${text === "1" ? "megapixel" : "megapixels"}`;
}

/** Cameras like to begin the model with the make: "Canon Canon EOS R5" is said once. */
function nameCamera({ make = "", model = "" }: Camera): string {
  const maker = make.split(/\s+/)[0] ?? "";
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${make} ${model}`.trim();
}

/** Telephones begin the lens with the model, too. */
function nameLens({ lens, model }: Camera): string {
  return model && lens.startsWith(model) ? lens.slice(model.length).trim() : lens;
}

/** "24 mm · f/1.8 · 1/250 s · ISO 80" */
function nameExposure({ focal_length, aperture, exposure, iso }: Camera): string {
  return joinFacts([focal_length, aperture, exposure, iso && `ISO ${iso}`]);
}

/** What is known of the camera, the most telling first. */
export function tellCamera(camera: Camera): string[] {
  return [nameCamera(camera), nameExposure(camera), nameLens(camera)].filter(Boolean);
}

/** "47.3667° N, 8.5333° E" */
export function namePlace({ latitude, longitude }: Place): string {
  const degrees = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(PLACE_DIGITS)}° ${value < 0 ? negative : positive}`;
  return `${degrees(latitude, "N", "S")}, ${degrees(longitude, "E", "W")}`;
}

export function mapAddress({ latitude, longitude }: Place): string {
  const [lat, lon] = [latitude.toFixed(6), longitude.toFixed(6)];
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=${STREETS}/${lat}/${lon}`;
}
