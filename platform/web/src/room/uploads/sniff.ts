/** The extension that fits the first bytes of a picture, or null when they are none we know. */
export function extensionOf(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, 32));
  if (text.startsWith("\xff\xd8\xff")) return "jpg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (/^GIF8[79]a/.test(text)) return "gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.slice(4, 8) === "ftyp") return brandExtension(text);
  return null;
}

/** Files of the ISO family list the brands they can be read as: the major one at 8, the compatible ones from 16. */
function brandExtension(head: string): string | null {
  const brands = [head.slice(8, 12), ...(head.slice(16).match(/.{4}/gs) ?? [])];
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return "avif";
  return brands.some((brand) => /^(he(ic|ix|vc|vx|im|is)|m[is]f1)$/.test(brand)) ? "heic" : null;
}

const SAME: Record<string, string> = {
  jpeg: "jpg",
  jpe: "jpg",
  jfif: "jpg",
  apng: "png",
  tif: "tiff",
  heif: "heic",
  hif: "heic",
};

/** Phones mislabel pictures, and the server refuses a name that promises another format than the bytes hold. */
export async function honestName(file: File): Promise<string> {
  const extension = extensionOf(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
  const name = file.name || "photo";
  if (!extension) return name;
  const said = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (plain(said) === plain(extension)) return name;
  return `${name.replace(/\.(jpe?g|jpe|jfif|png|gif|webp|apng|tiff?|hei[cf]|hif|avif)$/i, "")}.${extension}`;
}

function plain(extension: string): string {
  return SAME[extension] ?? extension;
}
