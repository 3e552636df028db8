import { countPhotos } from "../news";
import { isUnfinished, type Upload } from "./queue";

interface Summary {
  text: string;
  progress: number;
  busy: boolean;
  failed: number;
}

/** One line and one number for the whole queue. */
export function sumUp(uploads: Upload[], held = false): Summary {
  const count = (state: Upload["state"]) => uploads.filter((upload) => upload.state === state).length;
  const [failed, already, done] = [count("failed"), count("already"), count("done")];
  const sendable = uploads.length - failed;
  const busy = uploads.some(({ state }) => isUnfinished(state));
  const sent = uploads.reduce((sum, { state, progress }) => sum + (state === "failed" ? 0 : progress), 0);
  const progress = sendable ? sent / sendable : 0;
  if (busy && held) {
    const left = sendable - done - already;
    return { text: `Offline: ${countPhotos(left)} ${left === 1 ? "waits" : "wait"}`, progress, busy, failed };
  }
  if (busy) return { text: `Sending ${Math.min(done + already + 1, sendable)} of ${sendable}`, progress, busy, failed };
  const parts = [
    done ? `${countPhotos(done)} added` : "",
    already ? `${already} already here` : "",
    failed ? `${failed} could not be added` : "",
  ];
  return { text: parts.filter(Boolean).join(", "), progress, busy, failed };
}
