import { extensionOf } from "../sniff";
import { exifOf } from "./containers";
import { read, tellsPlace, textAt } from "./exif";

/** Where programs put XMP, their own copy of what Exif says. */
const XMP_HEAD = 128 * 1024;
const IN_XMP = /G[Pp][Ss]Latitude/;
/** What `String.fromCharCode` takes at once without running out of stack. */
const STEP = 8_192;

/** Whether the file says where it was taken. Of a file that cannot be read so far it is taken that it does not. */
export async function holdsPlace(file: Blob): Promise<boolean> {
  try {
    const head = await read(file, 0, XMP_HEAD);
    if (IN_XMP.test(wholeText(head))) return true;
    const exif = await exifOf(file, extensionOf(new Uint8Array(head.buffer, 0, Math.min(64, head.byteLength))));
    return exif !== null && (await tellsPlace(exif));
  } catch {
    return false;
  }
}

function wholeText(view: DataView): string {
  const steps = Array.from({ length: Math.ceil(view.byteLength / STEP) }, (_, n) => textAt(view, n * STEP, STEP));
  return steps.join("");
}
