import { rgbaToThumbHash } from "thumbhash";
import type { Sketch } from "../../api/types";

/** Thumbhash takes at most 100 and keeps far less. */
const EDGE = 64;

/** The shape and the blur of a picture, as far as this browser can read it. It is decoded beside the page, not in it. */
export async function makeSketch(file: File): Promise<Sketch> {
  try {
    const size = await measure(file);
    return { ...size, thumbhash: await blur(file, size).catch(() => undefined) };
  } catch {
    return {};
  }
}

/** Pixels, upright. Browsers read them from the head of the file and decode no more of it. */
async function measure(file: File): Promise<{ width: number; height: number }> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject, src: url }));
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function blur(file: File, { width, height }: { width: number; height: number }): Promise<string> {
  const scale = EDGE / Math.max(width, height);
  const [w, h] = [width, height].map((edge) => Math.max(1, Math.round(edge * scale))) as [number, number];
  const bitmap = await createImageBitmap(file, { resizeWidth: w, resizeHeight: h, resizeQuality: "medium" });
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0, w, h);
  bitmap.close();
  return btoa(String.fromCharCode(...rgbaToThumbHash(w, h, context.getImageData(0, 0, w, h).data)));
}
