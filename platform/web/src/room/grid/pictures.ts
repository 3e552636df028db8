/** Enough for all that can hang at once, twice over. */
const MOST = 60;

/** Small pictures of uploads in this page's memory, by upload: the server's own goes the moment the photo is there. */
const pictures = new Map<string, string>();

/** The address of a copy in this page, or null where there is none to be had: then the blur stays. */
export async function fetchPicture(upload: string, source: string | Blob): Promise<string | null> {
  const known = pictures.get(upload);
  if (known) return known;
  const picture = typeof source === "string" ? await download(source) : source;
  if (picture) keep(upload, URL.createObjectURL(picture));
  return pictures.get(upload) ?? null;
}

async function download(address: string): Promise<Blob | null> {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null;
  }
}

/** A CSS image of what hung on the wall while this upload was on its way, or null when nothing did. */
export function drawPicture(upload: string | null): string | null {
  const address = upload && pictures.get(upload);
  return address ? `url("${address}")` : null;
}

function keep(upload: string, address: string): void {
  pictures.set(upload, address);
  const [oldest] = pictures;
  if (pictures.size <= MOST || !oldest) return;
  URL.revokeObjectURL(oldest[1]);
  pictures.delete(oldest[0]);
}
