import { ApiError, OfflineError, readError } from "../../api/client";
import type { Photo } from "../../api/types";

/** Too many requests; the server said for how long to wait. */
export class SlowDownError extends Error {
  constructor(readonly seconds: number) {
    super("Waiting for the server.");
  }
}

/** The server or the line was away for a moment; the same request is worth sending again. */
export class PassingError extends Error {
  constructor() {
    super("The connection was lost.");
  }
}

export interface Sent {
  photo: Photo;
  already: boolean;
}

export interface Target {
  address: string;
  csrf: string;
}

/** Sends one file and tells its progress from 0 to 1. XHR, because `fetch` cannot tell how much was sent. */
export function sendFile(
  { address, csrf }: Target,
  file: File,
  name: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, name);
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrf);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => reject(new OfflineError());
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      try {
        resolve(readAnswer(request));
      } catch (problem) {
        reject(problem);
      }
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function readAnswer(request: XMLHttpRequest): Sent {
  const { status, responseText } = request;
  if (status === 200 || status === 201) return { photo: JSON.parse(responseText) as Photo, already: status === 200 };
  if (status === 429) throw new SlowDownError(Number(request.getResponseHeader("Retry-After")) || 5);
  if ([502, 503, 504].includes(status)) throw new PassingError();
  throw readError(status, responseText) satisfies ApiError;
}
