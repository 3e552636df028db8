import { vi } from "vitest";
import type { Originals, UploadList as Limits } from "../api/types";
import { Checks } from "../room/uploads/checks";
import { Keeper } from "../room/uploads/keeper";
import { UploadList } from "../room/uploads/list";
import { UploadQueue } from "../room/uploads/queue";
import { Shelf } from "../room/uploads/shelf";
import { Tab } from "../room/uploads/tabs";
import type { Parcel, Progress, Sent } from "../room/uploads/transfer";
import { OLIVE } from "./shapes";

const JPEG = [0xff, 0xd8, 0xff, 0xe0];

/** A picture of so many bytes, unlike any other. */
export function picture(name: string, size = 1_000): File {
  const bytes = Uint8Array.from({ length: size }, (_, n) => JPEG[n] ?? (name.charCodeAt(n % name.length) + n) % 256);
  return new File([bytes], name, { lastModified: 1 });
}

/** One file on its way, held by the test. */
export interface Sending extends Parcel, Progress {
  signal: AbortSignal;
  resolve: (sent?: Partial<Sent>) => void;
  reject: (problem: unknown) => void;
}

interface Desk {
  person?: string;
  originals?: () => Originals;
  locks?: LockManager;
  openShelf?: () => Promise<Shelf>;
  look?: (file: Blob) => Promise<boolean>;
  hash?: (file: File) => Promise<string | null>;
}

/** An upload queue with everything around it but a server: what it sends is held, and ends as the test says. */
export function makeDesk(options: Desk = {}) {
  const sendings: Sending[] = [];
  const limits: Omit<Limits, "next"> = { items: [], largest: 50_000_000, left: null };
  const api = {
    uploads: vi.fn(async (): Promise<Limits> => ({ ...limits, next: null })),
    knownPhotos: vi.fn(async (_sha256: string[]) => ({ items: [] as { sha256: string }[], next: null })),
  };
  const list = new UploadList();
  const checks = new Checks({
    list,
    api: api as never,
    originals: options.originals ?? (() => "without_location"),
    look: options.look ?? (async () => false),
    ...(options.hash && { hash: options.hash }),
    onPassed: () => queue.reconsider(),
  });
  const tab = new Tab(options.locks);
  const owner = { person: options.person ?? OLIVE.id, room: "lake" };
  const keeper = new Keeper(list, tab, owner, (found) => queue.takeUp(found));
  const [end, onSent, onSignedOut] = [vi.fn(async (_remote: string) => {}), vi.fn(), vi.fn()];
  const send = (parcel: Parcel, progress: Progress, signal: AbortSignal) =>
    new Promise<Sent>((resolve, reject) => {
      const answer = (sent: Partial<Sent> = {}) => resolve({ photo: "p0001", already: false, ...sent });
      sendings.push({ ...parcel, ...progress, signal, resolve: answer, reject });
      progress.onBegun(parcel.remote ?? `remote-${parcel.file.name}`);
    });
  const queue = new UploadQueue({ list, checks, keeper, send, end, onSent, onSignedOut });
  const opened = keeper.open(options.openShelf ?? (() => Promise.reject(new Error("nothing is stored here"))));
  const states = () => queue.uploads.map(({ state }) => state);
  const idOf = (name: string) => queue.uploads.find(({ file }) => file.name === name)!.id;
  return { queue, list, keeper, sendings, api, limits, end, onSent, onSignedOut, opened, states, idOf };
}

export type UploadDesk = ReturnType<typeof makeDesk>;
