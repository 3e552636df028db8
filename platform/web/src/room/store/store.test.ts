import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeRoom } from "../../test/server";
import { ANA, OLIVE, makeEvent, makePhoto, makeRoom, pageOf } from "../../test/shapes";
import type { Photo, Talk } from "../../api/types";
import { columnsOf, type Columns, type Index } from "./columns";
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
    store.extend([makePhoto(1)], store.photos.generation);
    expect(ids(store)).toEqual(["p0002"]);
  });

  test("photos that were asked for before a fresh snapshot are dropped", () => {
    const store = new RoomStore(makeRoom({ seq: 2 }), pageOf([makePhoto(2)], "p0002"));
    const { generation } = store.photos;
    store.restart(makeRoom({ seq: 9 }), [pageOf([makePhoto(2)])]);
    store.extend([makePhoto(1)], generation);
    expect(ids(store)).toEqual(["p0002"]);
  });

  test("a late answer about a photo that a fresh snapshot no longer holds does not bring it back", () => {
    const store = new RoomStore(makeRoom({ seq: 1 }), pageOf([makePhoto(1)]));
    store.restart(makeRoom({ seq: 9 }), [pageOf([])]);
    store.merge(makePhoto(1, { seq: 4 }));
    expect(ids(store)).toEqual([]);
  });
});

const list = (photos: Photo[], seq: number): Index => ({ ...columnsOf(photos, "added"), seq, end: null });
const shown = (store: RoomStore) => store.photos.all.columns.ids;

describe("the index", () => {
  test("news about a photo below the first page wait for the index, and are not lost", () => {
    const store = new RoomStore(makeRoom({ seq: 9 }), pageOf([makePhoto(9), makePhoto(8)], "p0008"));
    store.apply([makeEvent(10, "photo.changed", makePhoto(3, { seq: 10, caption: "new" }))]);
    expect(shown(store)).toEqual(["p0009", "p0008"]);
    store.takeIndex(list([makePhoto(9), makePhoto(8), makePhoto(7), makePhoto(3)], 9), store.photos.generation);
    expect(shown(store)).toEqual(["p0009", "p0008", "p0007", "p0003"]);
    expect(store.photos.list.map(({ caption }) => caption)).toEqual(["", "", "new"]);
  });

  test("a photo that was added or removed after the index was read stays added or removed", () => {
    const store = new RoomStore(makeRoom({ seq: 5 }), pageOf([makePhoto(2)], "p0002"));
    const old = list([makePhoto(2), makePhoto(1)], 5);
    store.apply([makeEvent(6, "photo.added", makePhoto(6)), makeEvent(7, "photo.removed", { id: "p0001" })]);
    store.takeIndex(old, store.photos.generation);
    expect(shown(store)).toEqual(["p0006", "p0002"]);
  });

  test("a photo that the index no longer has is gone, although its removal was not heard", () => {
    const store = new RoomStore(makeRoom({ seq: 5 }), pageOf([makePhoto(3), makePhoto(2)], "p0002"));
    store.takeIndex(list([makePhoto(3), makePhoto(1)], 6), store.photos.generation);
    expect([shown(store), store.photos.get("p0002")]).toEqual([["p0003", "p0001"], undefined]);
  });

  test("a caption on its way and a removal on its way change what the index says", () => {
    const store = new RoomStore(makeRoom({ seq: 5 }), pageOf([makePhoto(3)], "p0003"));
    store.takeIndex(list([makePhoto(3), makePhoto(2), makePhoto(1)], 5), store.photos.generation);
    store.plan([
      { kind: "words", photo: makePhoto(2), caption: "mine", alt: "" },
      { kind: "removal", photo: makePhoto(1) },
    ]);
    expect(shown(store)).toEqual(["p0003", "p0002"]);
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

const columns = ({ ids, ratios, moments }: Columns) => ({ ids, ratios: [...ratios], moments: [...moments] });
const sorted = (talk: Talk | undefined) => talk && { ...talk, mine: talk.mine.toSorted() };

const LIMIT = 4;
const ME = OLIVE.id;

/** What is under way between server and page, and may arrive late or never. */
class Wire {
  lookups: { photos: Photo[]; generation: number }[] = [];
  indexes: { index: Index; generation: number }[] = [];
  answers: Photo[] = [];
}

const HAPPENINGS: Record<string, (server: FakeRoom, pick: number) => void> = {
  add: (server) => server.add(),
  change: (server, pick) => server.change(pick, { caption: `caption ${server.seq}` }),
  remove: (server, pick) => server.remove(pick),
  restore: (server, pick) => server.restore(pick),
  comment: (server, pick) => server.comment(pick),
  react: (server, pick) => server.react(pick, pick % 3 ? OLIVE : ANA, pick % 2 ? "❤️" : "🎉"),
  prune: (server) => server.prune(),
  see: (server) => (server.read = server.seq),
};

const DELIVERIES: Record<string, (server: FakeRoom, store: RoomStore, wire: Wire, pick: number) => void> = {
  frame: (server, store, _wire, pick) => store.apply(server.journal.slice(pick % (server.journal.length + 1))),
  journal: (server, store) => readJournal(server, store),
  read: (server, store) => store.markRead(server.read),
  "ask for the index": (server, store, wire) => {
    wire.indexes.push({ index: server.index(), generation: store.photos.generation });
  },
  index: (_server, store, wire, pick) => {
    for (const late of wire.indexes.splice(pick % 3, 1)) store.takeIndex(late.index, late.generation);
  },
  "ask for photos": (server, store, wire, pick) => {
    const wanted = store.photos.all.columns.ids.slice(pick % 7, (pick % 7) + LIMIT);
    wire.lookups.push({ photos: server.lookUp(wanted), generation: store.photos.generation });
  },
  photos: (_server, store, wire, pick) => {
    for (const late of wire.lookups.splice(pick % 3, 1)) store.extend(late.photos, late.generation);
  },
  answer: (server, _store, wire, pick) => {
    wire.answers.push(...server.lookUp(server.photos.slice(pick % 5, (pick % 5) + 1).map(({ id }) => id)));
  },
  merge: (_server, store, wire, pick) => {
    for (const photo of wire.answers.splice(pick % 3)) store.merge(photo);
  },
};

function readJournal(server: FakeRoom, store: RoomStore): void {
  const page = server.since(store.seq);
  if (!page.reset) return void store.apply(page.events);
  const first = server.page(null, LIMIT);
  store.restart(server.room, [first], first.next === null ? null : server.index());
}

/** Everything arrives at last, and every photo is looked at. */
function finish(server: FakeRoom, store: RoomStore, wire: Wire): void {
  for (const late of wire.answers) store.merge(late);
  for (const late of wire.indexes) store.takeIndex(late.index, late.generation);
  readJournal(server, store);
  for (const late of wire.lookups) store.extend(late.photos, late.generation);
  if (store.photos.all.index.end !== null) store.takeIndex(server.index(), store.photos.generation);
  const unknown = store.photos.all.columns.ids.filter((id) => !store.knows(id));
  store.extend(server.lookUp(unknown), store.photos.generation);
  store.markRead(server.read);
}

test("however index, photos, frames, journal and answers interleave, the page ends equal to the room", () => {
  const kinds = [...Object.keys(HAPPENINGS), "add", "frame", "journal", ...Object.keys(DELIVERIES)];
  const steps = fc.array(fc.record({ what: fc.constantFrom(...kinds), pick: fc.nat(40) }), {
    maxLength: 80,
    size: "max",
  });
  fc.assert(
    fc.property(fc.nat(12), steps, (start, script) => {
      const server = new FakeRoom();
      for (let n = 0; n < start; n++) server.add();
      const store = new RoomStore(server.room, server.page(null, LIMIT), ME);
      const wire = new Wire();
      for (const { what, pick } of script) {
        HAPPENINGS[what]?.(server, pick);
        DELIVERIES[what]?.(server, store, wire, pick);
      }
      finish(server, store, wire);
      expect(columns(store.photos.all.columns)).toEqual(columns(columnsOf(server.photos, "added")));
      expect(store.photos.list).toEqual(server.photos);
      for (const { id } of server.photos) {
        expect(sorted(store.talk.of(id))).toEqual(server.talkOf(id));
      }
      expect(store.room.photos).toBe(server.photos.length);
      expect([store.seq, store.read]).toEqual([server.seq, server.read]);
    }),
    { numRuns: 2000 },
  );
}, 60_000);
