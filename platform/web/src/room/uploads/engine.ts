import { ApiError, type Api } from "../../api/client";
import { waitBefore } from "../live/backoff";
import { Checks } from "./checks";
import { Keeper } from "./keeper";
import { UploadList } from "./list";
import { outgoingOf } from "./outgoing";
import { Previews } from "./previews";
import { UploadQueue } from "./queue";
import { UploadReport } from "./report";
import { Tab } from "./tabs";
import { sendFile } from "./transfer";
import type { UploadsOptions } from "./uploads";

/** What sending needs, put together. It is a part of its own, which the first sight of a room does not wait for. */
export interface UploadEngine {
  queue: UploadQueue;
  previews: Previews;
  report: UploadReport;
}

interface Options extends UploadsOptions {
  mayUpload: () => boolean;
}

export function openEngine({ api, me, room, mayUpload, ...tell }: Options): UploadEngine {
  const list = new UploadList();
  const target = { address: api.uploadsAddress, csrf: api.csrf };
  const checks = new Checks({ list, api, originals: () => room().originals, onPassed: () => queue.reconsider() });
  const owner = { person: me.id, room: room().id };
  const keeper = new Keeper(list, new Tab(), owner, (uploads) => queue.takeUp(uploads));
  const queue = new UploadQueue({
    list,
    checks,
    keeper,
    send: (...parcel) => sendFile(target, ...parcel),
    end: (remote) => endUpload(api, remote),
    onSent: tell.onSent,
    onSignedOut: tell.onSignedOut,
  });
  const previews = new Previews({ queue, show: (remote, picture) => api.showPreview(remote, picture) });
  const report = new UploadReport({ queue, previews, send: tell.send, mayUpload });
  for (const source of [queue, previews]) {
    source.subscribe(() => tell.onOutgoing(outgoingOf(queue.uploads, previews)));
  }
  void keeper.open();
  return { queue, previews, report };
}

const MOST_TRIES = 6;

/** The server may still be writing what was on its way when it was given up. */
async function endUpload(api: Api, remote: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await api.endUpload(remote);
    } catch (problem) {
      const passes = problem instanceof ApiError ? problem.status === 423 : true;
      if (!passes || tries === MOST_TRIES) throw problem;
      await new Promise((resolve) => setTimeout(resolve, waitBefore(tries)));
    }
  }
}
