import { Upload as Resumable, type DetailedError, type HttpResponse } from "tus-js-client";
import { readError } from "../../api/client";

/** Small enough that a lost line costs little, and under the limits of common proxies. */
const CHUNK = 5 * 1024 * 1024;
/** A line on which nothing moved for so long is dead, whatever the browser thinks of it. */
const SILENCE = 30_000;
/** After the last byte the server looks at the picture, and others may stand before it. */
const PATIENCE = 180_000;

/** The server or the line was away; the same upload goes on later. */
export class PassingError extends Error {
  constructor(
    /** Of the answer; 0 when none came. */
    readonly status: number,
    /** Seconds the server asks to wait. */
    readonly wait = 0,
  ) {
    super(status ? "Waiting for the server…" : "Waiting for the connection…");
  }
}

/** The server knows this upload no more: it waited too long, or another device ended it. */
export class GoneError extends Error {}

export interface Target {
  /** Of the room's uploads, whole. */
  address: string;
  csrf: string;
}

export interface Parcel {
  file: File;
  /** The name it is sent under. */
  name: string;
  /** The upload to go on with, if it has begun. */
  remote: string | null;
}

export interface Progress {
  onBegun: (remote: string) => void;
  /** Bytes, counted from the first of the file. */
  onSent: (bytes: number) => void;
}

export interface Sent {
  photo: string | null;
  already: boolean;
}

/** Sends what the server does not have yet of one file. Raises PassingError, GoneError or ApiError, and the signal's reason. */
export function sendFile(
  { address, csrf }: Target,
  { file, name, remote }: Parcel,
  { onBegun, onSent }: Progress,
  signal: AbortSignal,
): Promise<Sent> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasBegun = remote !== null;
  const sending = new Promise<Sent>((resolve, reject) => {
    const giveUp = () => {
      reject(new PassingError(0));
      void upload.abort();
    };
    const wait = (time: number) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, time);
    };
    const upload = new Resumable(file, {
      // Without an endpoint the library begins no second upload by itself when it may not continue the first.
      endpoint: remote ? null : address,
      uploadUrl: remote ? `${address}/${remote}` : null,
      chunkSize: CHUNK,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { filename: name, ...(file.type && { filetype: file.type }) },
      headers: { "X-CSRFToken": csrf, Accept: "application/json" },
      // An abort right after the start would be forgotten.
      onBeforeRequest: () => {
        signal.throwIfAborted();
        wait(SILENCE);
      },
      onUploadUrlAvailable: () => {
        hasBegun = true;
        onBegun(upload.url!.split("/").at(-1)!);
      },
      onProgress: (bytes) => {
        wait(bytes < file.size ? SILENCE : PATIENCE);
        onSent(bytes);
      },
      onSuccess: ({ lastResponse }) => resolve(readAnswer(lastResponse)),
      onError: (problem) => reject(explainFailure(problem, hasBegun)),
    });
    signal.addEventListener("abort", () => {
      reject(signal.reason);
      void upload.abort();
    });
    upload.start();
  });
  return sending.finally(() => clearTimeout(timer));
}

function readAnswer(answer: HttpResponse): Sent {
  return { photo: answer.getHeader("Salon-Photo") ?? null, already: answer.getHeader("Salon-Already") === "1" };
}

/** What another try may mend: another writer, a stale offset, a damaged piece, too many requests. */
const PASSING = [401, 408, 409, 423, 429, 460];

function explainFailure(problem: Error | DetailedError, hasBegun: boolean): Error {
  const answer = "originalResponse" in problem ? problem.originalResponse : null;
  const status = answer?.getStatus() ?? 0;
  if (!answer || PASSING.includes(status) || status === 0 || status >= 500) {
    return new PassingError(status, Number(answer?.getHeader("Retry-After")) || 0);
  }
  if (status === 410 || (status === 404 && hasBegun)) return new GoneError();
  return readError(status, answer.getBody());
}
