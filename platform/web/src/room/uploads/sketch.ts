import { rgbaToThumbHash } from "thumbhash";
import type { Sketch } from "../../api/types";

/** The long edge of the small picture that others see until the photo is there, and what it may weigh. */
const EDGE = 480;
const LARGEST = 40 * 1024;
const QUALITIES = [0.72, 0.5, 0.3];
/** A file so small is there before its preview would be. */
const NOT_WORTH_IT = 96 * 1024;
/** Thumbhash takes at most 100 and keeps far less. */
const BLUR_EDGE = 64;

export interface Drawing {
  sketch: Sketch;
  /** WebP, or JPEG where the browser does not write that. */
  picture: Blob | null;
}

/** The shape, the blur and a small picture of a photo, as far as this browser can read it. It is decoded beside the page, not in it. */
export async function draw(file: File): Promise<Drawing> {
  const size = await measure(file).catch(() => null);
  if (!size) return { sketch: {}, picture: null };
  const bitmap = await shrink(file, size).catch(() => null);
  if (!bitmap) return { sketch: size, picture: null };
  const thumbhash = blur(bitmap);
  const picture = file.size > NOT_WORTH_IT ? await encode(paint(bitmap, EDGE)) : null;
  bitmap.close();
  return { sketch: { ...size, thumbhash }, picture };
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

function shrink(file: File, { width, height }: { width: number; height: number }): Promise<ImageBitmap> {
  const [resizeWidth, resizeHeight] = within(EDGE, width, height);
  return createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: "medium" });
}

function within(edge: number, width: number, height: number): [number, number] {
  const scale = Math.min(1, edge / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

function paint(bitmap: ImageBitmap, edge: number): HTMLCanvasElement {
  const [width, height] = within(edge, bitmap.width, bitmap.height);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d", { willReadFrequently: edge === BLUR_EDGE })!.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

function blur(bitmap: ImageBitmap): string {
  const canvas = paint(bitmap, BLUR_EDGE);
  const { data, width, height } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  return btoa(String.fromCharCode(...rgbaToThumbHash(width, height, data)));
}

/** A browser that cannot write a format writes PNG instead. */
async function encode(canvas: HTMLCanvasElement): Promise<Blob | null> {
  for (const quality of QUALITIES) {
    for (const type of ["image/webp", "image/jpeg"]) {
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
      if (blob?.type !== type) continue;
      if (blob.size <= LARGEST) return blob;
      break;
    }
  }
  return null;
}
