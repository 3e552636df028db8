import { countPhotos } from "../news";
import { nameSize } from "../ui/sizes";
import { sayTimeLeft } from "./pace";
import { isUnfinished, type Upload, type UploadState } from "./upload";

interface Situation {
  uploads: readonly Upload[];
  /** Bytes a second; 0 while that cannot be told. */
  rate: number;
  /** The device is offline. */
  held: boolean;
  /** How many wait for the person's word. */
  asked: number;
}

export interface Summary {
  title: string;
  detail: string;
  /** "2.1 MB/s"; empty while it cannot be told. */
  rate: string;
  /** From 0 to 1, by bytes. */
  progress: number;
  busy: boolean;
  /** Everything that is not finished was paused by the person. */
  paused: boolean;
  failed: number;
}

/** Two lines and one number for the whole queue. */
export function sumUp({ uploads, rate, held, asked }: Situation): Summary {
  const failed = count(uploads, "failed");
  const sound = uploads.filter(({ state }) => state !== "failed");
  const unfinished = sound.filter(isUnfinished);
  const [size, sent] = [bytes(sound, ({ file }) => file.size), bytes(sound, (upload) => upload.sent)];
  const busy = unfinished.length > 0;
  const paused = busy && unfinished.every(({ state }) => state === "paused");
  const known = { progress: size ? sent / size : 0, rate: "", busy, paused, failed };
  if (!busy) return { ...sayOutcome(uploads), ...known };
  const wait = `${countPhotos(unfinished.length)} ${unfinished.length === 1 ? "waits" : "wait"}`;
  if (paused) return { title: "Paused", detail: wait, ...known };
  if (held) return { title: "Offline", detail: `${wait} for the connection`, ...known };
  if (asked === unfinished.length) return { title: wait, detail: "for your answer", ...known };
  const title = `Sending ${sound.length - unfinished.length + 1} of ${sound.length}`;
  const stalled = unfinished.find(({ state }) => state === "stalled");
  if (stalled && !count(unfinished, "sending")) return { title, detail: stalled.message, ...known };
  const pace = { detail: sayTimeLeft(size - sent, rate), rate: rate ? `${nameSize(rate)}/s` : "" };
  return { title, ...known, ...pace };
}

function sayOutcome(uploads: readonly Upload[]): Pick<Summary, "title" | "detail"> {
  const [done, already, failed] = [count(uploads, "done"), count(uploads, "already"), count(uploads, "failed")];
  const parts = [
    done ? `${countPhotos(done)} added` : "",
    already ? `${countPhotos(already)} already here` : "",
    failed ? `${countPhotos(failed)} could not be added` : "",
  ];
  const [title = "", ...rest] = parts.filter(Boolean);
  return { title, detail: rest.join(", ") };
}

/** For a screen reader: the numbers that run along are left out. */
export function announce({ title, detail }: Summary): string {
  return title.startsWith("Sending") ? "Sending photos" : [title, detail].filter(Boolean).join(", ");
}

function count(uploads: readonly Upload[], state: UploadState): number {
  return uploads.filter((upload) => upload.state === state).length;
}

function bytes(uploads: readonly Upload[], of: (upload: Upload) => number): number {
  return uploads.reduce((sum, upload) => sum + of(upload), 0);
}
