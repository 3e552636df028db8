import type { WallPhoto } from "./feed";

/** As many stay at hand for when the line is down; a picture is some 300 kB. */
const MOST = 60;
const PATIENCE = 60_000;

/** No answer came; the picture may be fine. */
export class TroubleError extends Error {}

/** Pictures in this page's memory, by photo, the one used last at the end. Nothing of them is kept on the device. */
export class Pictures {
  private held = new Map<string, string>();

  has({ id }: WallPhoto): boolean {
    return this.held.has(id);
  }

  /** Its address in this page once it can be shown without delay; null when it is not there (any more). Throws TroubleError. */
  async load(photo: WallPhoto, still: boolean): Promise<string | null> {
    const known = this.held.get(photo.id);
    if (known) return this.keep(photo.id, known);
    const blob = await download(still && photo.animated ? photo.grid : photo.view);
    if (!blob) return null;
    const address = URL.createObjectURL(blob);
    if (!(await isReadable(address))) {
      URL.revokeObjectURL(address);
      return null;
    }
    return this.keep(photo.id, address);
  }

  drop(id: string): void {
    const address = this.held.get(id);
    if (address) URL.revokeObjectURL(address);
    this.held.delete(id);
  }

  private keep(id: string, address: string): string {
    this.held.delete(id);
    this.held.set(id, address);
    const [oldest] = this.held.keys();
    if (this.held.size > MOST && oldest) this.drop(oldest);
    return address;
  }
}

async function download(address: string): Promise<Blob | null> {
  let answer: Response;
  try {
    answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) return await answer.blob();
  } catch {
    throw new TroubleError();
  }
  if (answer.status >= 500) throw new TroubleError();
  return null;
}

async function isReadable(address: string): Promise<boolean> {
  const image = new Image();
  image.src = address;
  return image.decode().then(
    () => true,
    () => false,
  );
}
