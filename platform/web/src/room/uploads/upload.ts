/**
 * `waiting` for its turn, `stalled` by the line or the server, `paused` by the person; `already` means that the room had
 * these very bytes.
 */
export type UploadState = "waiting" | "sending" | "stalled" | "paused" | "done" | "already" | "failed";

export interface Upload {
  /** Its name in this browser. */
  readonly id: string;
  readonly file: File;
  readonly state: UploadState;
  /** Bytes that are on the server or on their way. */
  readonly sent: number;
  /** Bytes a second; 0 while that cannot be told. */
  readonly rate: number;
  readonly message: string;
  /** Whether sending the same file again can help. */
  readonly retryable: boolean;
  /** Its name on the server, once it has begun there. */
  readonly remote: string | null;
  /** Whether it is stored in the browser and survives closing the page. */
  readonly kept: boolean;
  /** Whether it says where it was taken; null until it was looked at. */
  readonly located: boolean | null;
}

export function makeUpload(file: File, known: Partial<Upload> = {}): Upload {
  const fresh = { state: "waiting", sent: 0, rate: 0, message: "", retryable: false } as const;
  return { id: makeId(), file, ...fresh, remote: null, kept: false, located: null, ...known };
}

/** Unlike `crypto.randomUUID` it can also be had on pages that came by plain HTTP. */
export function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isUnfinished({ state }: Pick<Upload, "state">): boolean {
  return state === "waiting" || state === "sending" || state === "stalled" || state === "paused";
}

/** From 0 to 1. */
export function shareOf({ file, sent }: Upload): number {
  return file.size ? Math.min(1, sent / file.size) : 0;
}

/** The same file, as far as a browser can tell without reading it. */
export function isSameFile(one: Pick<File, "name" | "size" | "lastModified">, other: typeof one): boolean {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}
