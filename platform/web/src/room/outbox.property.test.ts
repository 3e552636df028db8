import fc from "fast-check";
import { expect, test } from "vitest";
import { ApiError, OfflineError } from "../api/client";
import type { Talking } from "../api/talk";
import type { Photo } from "../api/types";
import { FakeRoom } from "../test/server";
import { Outbox } from "./outbox";
import { RoomStore } from "./store/store";

const GONE = new ApiError(404, "not_found", "There is nothing here.");
const settle = () => new Promise((resolve) => setTimeout(resolve));

type Fate = "arrives" | "request lost" | "answer lost";

/** A room behind a line that loses requests, and answers of requests that arrived. */
class BadLine {
  fate: Fate = "arrives";

  constructor(private readonly room: FakeRoom) {}

  changePhoto = (id: string, words: object) => this.send(() => this.room.change(this.find(id), words), id);
  removePhoto = (id: string) => this.send(() => this.room.remove(this.find(id)), id).then(() => undefined);
  restorePhoto = (id: string) => this.send(() => this.room.restore(this.findRemoved(id)), id);

  private async send(act: () => void, id: string): Promise<Photo> {
    const { fate } = this;
    this.fate = "arrives";
    if (fate === "request lost") throw new OfflineError();
    act();
    if (fate === "answer lost") throw new OfflineError();
    return this.room.photos.find((photo) => photo.id === id)!;
  }

  private find(id: string): number {
    return existing(this.room.photos.findIndex((photo) => photo.id === id));
  }

  private findRemoved(id: string): number {
    return existing(this.room.removedIds.indexOf(id));
  }
}

function existing(index: number): number {
  if (index < 0) throw GONE;
  return index;
}

const KINDS = ["words", "words", "remove", "undo", "hear", "settle", "retry", "reload"] as const;
const FATES = ["arrives", "arrives", "request lost", "answer lost"] as const;
type Step = { what: (typeof KINDS)[number]; pick: number; fate: Fate };

/** Somebody at a page of the room, and what they meant to do. */
class Visit {
  readonly room = new FakeRoom();
  readonly line = new BadLine(this.room);
  readonly refusals: unknown[] = [];
  readonly captions = new Map<string, string>();
  readonly removed: Photo[] = [];
  store!: RoomStore;
  outbox!: Outbox;
  private count = 0;

  constructor() {
    for (let n = 0; n < 3; n++) this.room.add();
    sessionStorage.clear();
    this.open();
  }

  async take({ what, pick, fate }: Step): Promise<void> {
    this.line.fate = fate;
    const { list } = this.store.photos;
    const photo = list[pick % Math.max(1, list.length)];
    if (what === "words" && photo) this.describe(photo);
    if (what === "remove" && photo) this.remove(photo);
    if (what === "undo" && this.removed.length) this.outbox.add({ kind: "restoral", photo: this.removed.pop()! });
    if (what === "hear") this.store.apply(this.room.journal.slice(0, this.store.seq + pick));
    if (what === "retry") this.outbox.retry();
    if (what === "settle" || what === "reload") await settle();
    if (what === "reload") this.open();
  }

  /** The line is good again. */
  async end(): Promise<void> {
    this.line.fate = "arrives";
    for (let n = 0; n < 5 && this.outbox.changes.length; n++) {
      this.outbox.retry();
      await settle();
    }
    this.store.apply(this.room.journal);
  }

  private open(): void {
    if (this.outbox) this.outbox.changes = [];
    const { line: api, refusals, room } = this;
    this.store = new RoomStore(room.room, room.page(null, 60));
    const onRefused = (_change: unknown, problem: unknown) => refusals.push(problem);
    const onSignedOut = () => {};
    const others = { talk: {} as Talking, me: "olive", onComment: () => {}, onReactions: () => {}, onSignedOut };
    this.outbox = new Outbox({ api, store: this.store, owner: "lake.olive", onRefused, ...others });
  }

  private describe(photo: Photo): void {
    const caption = `words ${++this.count}`;
    this.captions.set(photo.id, caption);
    this.outbox.add({ kind: "words", photo, caption, alt: "" });
  }

  private remove(photo: Photo): void {
    this.removed.push(photo);
    this.outbox.add({ kind: "removal", photo });
  }
}

test("whatever the line loses, every change reaches the room, and the screen ends equal to it", async () => {
  const step = fc.record({ what: fc.constantFrom(...KINDS), pick: fc.nat(20), fate: fc.constantFrom(...FATES) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: "max" }), async (steps) => {
      const visit = new Visit();
      for (const one of steps) await visit.take(one);
      await visit.end();
      const { room, store, outbox, refusals, captions, removed } = visit;
      expect([outbox.changes, refusals]).toEqual([[], []]);
      expect(store.photos.list).toEqual(room.photos);
      expect(room.photos).toHaveLength(3 - removed.length);
      for (const { id, caption } of room.photos) expect(caption).toBe(captions.get(id) ?? "");
    }),
    { numRuns: 500 },
  );
}, 60_000);
