/** A larger file would have to be in memory whole; sending it costs less than that. */
const LARGEST = 64 * 1024 * 1024;

/** SHA-256 in hex, or null where it cannot be had: browsers offer it only on pages that came by HTTPS. */
export async function hashOf(file: File): Promise<string | null> {
  if (!globalThis.crypto?.subtle || file.size > LARGEST) return null;
  try {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return null;
  }
}
