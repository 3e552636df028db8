import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeRoom } from "../../test/server";
import { makeEvent, makePhoto, makeRoom, pageOf } from "../../test/shapes";
import type { Page, Photo } from "../../api/types";
import { RoomStore } from "./store";

const ids = (store: RoomStore) => store.photos.list.map(({ id }) => id);

describe("the version rule", () => {
  test("an older state of a photo does not replace a newer one", () => {
    const store = new RoomStore(makeRoom({ seq: 1 }), pageOf([makePhoto(1, { caption: "first" })]));
    store.merge(makePhoto(1, { seq: 5, caption: "new" }));
    store.merge(makePhoto(1, { seq: 3, caption: "late" }));
    expect(store.photos.get("p0001")?.caption).toBe("new");
  });

  test("a removed photo does not come back with a page that was read before the removal", () => {
    const store = new RoomStore(makeRoom({ seq: 2 }), pageOf([makePhoto(2)], "p0002"));
    store.apply([makeEvent(3, "photo.removed", { id: "p0001" })]);
    store.extend(pageOf([makePhoto(1)]), store.photos.generation);
    expect(ids(store)).toEqual(["p0002"]);
  });

  test("a page that was asked for before a fresh snapshot is dropped", () => {
    const store = new RoomStore(makeRoom({ seq: 2 }), pageOf([makePhoto(2)], "p0002"));
    const { generation } = store.photos;
    store.restart(makeRoom({ seq: 9 }), [pageOf([makePhoto(2)])]);
    store.extend(pageOf([makePhoto(1)]), generation);
    expect(ids(store)).toEqual(["p0002"]);
  });

  test("a late answer about a photo that a fresh snapshot no longer holds does not bring it back", () => {
    const store = new RoomStore(makeRoom({ seq: 1 }), pageOf([makePhoto(1)]));
    store.restart(makeRoom({ seq: 9 }), [pageOf([])]);
    store.merge(makePhoto(1, { seq: 4 }));
    expect(ids(store)).toEqual([]);
  });
});

describe("the window", () => {
  test("news about a photo below the window wait for its page, and are not lost", () => {
    const store = new RoomStore(makeRoom({ seq: 9 }), pageOf([makePhoto(9), makePhoto(8)], "p0008"));
    store.apply([makeEvent(10, "photo.changed", makePhoto(3, { seq: 10, caption: "new" }))]);
    expect(ids(store)).toEqual(["p0009", "p0008"]);
    store.extend(pageOf([makePhoto(7), makePhoto(3)]), store.photos.generation);
    expect(ids(store)).toEqual(["p0009", "p0008", "p0007", "p0003"]);
    expect(store.photos.get("p0003")?.caption).toBe("new");
  });

  test("a newer photo always shows, at the top", () => {
    const store = new RoomStore(makeRoom({ seq: 2 }), pageOf([makePhoto(2)], "p0002"));
    store.apply([makeEvent(3, "photo.added", makePhoto(3))]);
    expect(ids(store)).toEqual(["p0003", "p0002"]);
  });

  test("times with and without a fraction of a second are put in order", () => {
    const whole = makePhoto(1, { added_at: "2026-11-01T12:00:07Z" });
    const later = makePhoto(2, { added_at: "2026-11-01T12:00:07.000250Z" });
    const last = makePhoto(3, { added_at: "2026-11-01T12:00:07.000300Z" });
    const store = new RoomStore(makeRoom(), pageOf([whole, last, later]));
    expect(ids(store)).toEqual(["p0003", "p0002", "p0001"]);
  });
});

describe("numbers", () => {
  test("an event further ahead is refused, and those before the gap are kept", () => {
    const store = new RoomStore(makeRoom({ seq: 1 }), pageOf([]));
    const whole = store.apply([
      makeEvent(2, "photo.added", makePhoto(1, { seq: 2 })),
      makeEvent(4, "photo.added", makePhoto(2, { seq: 4 })),
    ]);
    expect([whole, store.seq, ids(store)]).toEqual([false, 2, ["p0001"]]);
  });

  test("an event told twice counts once", () => {
    const store = new RoomStore(makeRoom(), pageOf([]));
    const event = makeEvent(1, "photo.added", makePhoto(1));
    store.apply([event]);
    store.apply([event]);
    expect(store.room.photos).toBe(1);
  });

  test("a photo hidden while its removal is on the way comes back when it is restored", () => {
    const store = new RoomStore(makeRoom({ seq: 1, photos: 1 }), pageOf([makePhoto(1)]));
    store.hide("p0001");
    expect(ids(store)).toEqual([]);
    store.apply([
      makeEvent(2, "photo.removed", { id: "p0001" }),
      makeEvent(3, "photo.restored", makePhoto(1, { seq: 3 })),
    ]);
    expect(ids(store)).toEqual(["p0001"]);
  });
});

type Step = { what: string; pick: number };
const LIMIT = 4;

/** What is under way between server and page, and may arrive late or never. */
class Wire {
  asked: { page: Page<Photo>; generation: number }[] = [];
  answers: Photo[] = [];
}

function take(step: Step, server: FakeRoom, store: RoomStore, wire: Wire): void {
  const { what, pick } = step;
  if (what === "add") server.add();
  if (what === "change") server.change(pick, { caption: `caption ${server.seq}` });
  if (what === "remove") server.remove(pick);
  if (what === "restore") server.restore(pick);
  if (what === "prune") server.prune();
  if (what === "frame") store.apply(server.journal.slice(pick % (server.journal.length + 1)));
  if (what === "journal") readJournal(server, store);
  if (what === "ask" && store.photos.next) {
    wire.asked.push({ page: server.page(store.photos.next, LIMIT), generation: store.photos.generation });
  }
  if (what === "page") {
    const [late] = wire.asked.splice(0, 1);
    if (late) store.extend(late.page, late.generation);
    wire.asked = [];
  }
  if (what === "answer") wire.answers.push(...server.photos.slice(pick % 5, (pick % 5) + 1));
  if (what === "merge") for (const photo of wire.answers.splice(pick % 3)) store.merge(photo);
}

function readJournal(server: FakeRoom, store: RoomStore): void {
  const page = server.since(store.seq);
  if (page.reset) store.restart(server.room, [server.page(null, LIMIT)]);
  else store.apply(page.events);
}

test("however pages, frames, journal and answers interleave, the page ends equal to the room", () => {
  const kinds = [
    "add",
    "add",
    "change",
    "remove",
    "restore",
    "prune",
    "frame",
    "journal",
    "ask",
    "page",
    "answer",
    "merge",
  ];
  const steps = fc.array(fc.record({ what: fc.constantFrom(...kinds), pick: fc.nat(40) }), {
    maxLength: 80,
    size: "max",
  });
  fc.assert(
    fc.property(fc.nat(12), steps, (start, script) => {
      const server = new FakeRoom();
      for (let n = 0; n < start; n++) server.add();
      const store = new RoomStore(server.room, server.page(null, LIMIT));
      const wire = new Wire();
      for (const step of script) take(step, server, store, wire);
      for (const late of wire.answers) store.merge(late);
      readJournal(server, store);
      while (store.photos.next) store.extend(server.page(store.photos.next, LIMIT), store.photos.generation);
      expect(store.photos.list).toEqual(server.photos);
      expect(store.room.photos).toBe(server.photos.length);
      expect(store.seq).toBe(server.seq);
    }),
    { numRuns: 2000 },
  );
});
