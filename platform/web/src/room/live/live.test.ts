import { describe, expect, test, vi } from "vitest";
import { FakeSocket } from "../../test/socket";
import { api, heard, live, server, settle, shown, store } from "../../test/visit";

describe("a connection", () => {
  test("asks for what came after the last number known", () => {
    expect(FakeSocket.last.url).toBe("ws://salon/ws/rooms/lake?after=1");
    expect(FakeSocket.last.protocol).toBe("salon.v1");
  });

  test("is live after the greeting, and shows what it is told", async () => {
    FakeSocket.last.greet(1);
    server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(1) });
    await settle();
    expect(live.status).toBe("live");
    expect(shown()).toEqual(["p0002", "p0001"]);
  });

  test("reads the journal when numbers are missing, and then applies what it was told", async () => {
    FakeSocket.last.greet(1);
    for (let n = 0; n < 3; n++) server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(3) });
    await settle();
    expect(api.events).toHaveBeenCalledWith(1);
    expect(store.seq).toBe(4);
    expect(shown()).toHaveLength(4);
  });

  test("starts afresh when the server says so, and removals it never heard of are gone", async () => {
    server.add();
    server.remove(1);
    server.prune();
    FakeSocket.last.greet(server.seq, "reset");
    await settle();
    expect(shown()).toEqual(["p0002"]);
    expect(store.seq).toBe(3);
  });

  test("starts afresh when the journal no longer reaches back", async () => {
    FakeSocket.last.greet(1);
    for (let n = 0; n < 5; n++) server.add();
    server.prune();
    server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal });
    await settle();
    expect(shown()).toHaveLength(7);
    expect(store.seq).toBe(7);
  });

  test("notices what no frame told after a long silence", async () => {
    FakeSocket.last.greet(1);
    await settle();
    server.add();
    await vi.advanceTimersByTimeAsync(80_000);
    expect(shown()).toEqual(["p0002", "p0001"]);
  });
});

describe("events", () => {
  test("are told once each, those before a gap too", async () => {
    FakeSocket.last.greet(1);
    for (let n = 0; n < 4; n++) server.add();
    FakeSocket.last.tell({ type: "events", events: [server.journal[1]!, server.journal[3]!] });
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(2) });
    await settle();
    expect(heard).toEqual([2, 3, 4, 5]);
  });

  test("wait while the journal is being read, and are not lost", async () => {
    let answer = () => {};
    api.events.mockImplementationOnce(
      (after: number) => new Promise((resolve) => (answer = () => resolve(server.since(after)))),
    );
    FakeSocket.last.greet(1);
    for (let n = 0; n < 3; n++) server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(3) });
    await settle();
    server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(4) });
    await settle();
    expect(store.seq).toBe(1);
    answer();
    await settle();
    expect(store.seq).toBe(5);
  });

  test("of a journal with a hole lead to a fresh snapshot, not to reading it for ever", async () => {
    FakeSocket.last.greet(1);
    for (let n = 0; n < 3; n++) server.add();
    api.events.mockImplementation(async () => ({ events: server.journal.slice(2), seq: server.seq, reset: false }));
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(3) });
    await settle();
    expect(shown()).toHaveLength(4);
    expect(api.events).toHaveBeenCalledOnce();
  });
});

describe("the state", () => {
  const awayFor = async (events: number) => {
    FakeSocket.last.greet(1);
    FakeSocket.last.drop();
    for (let n = 0; n < events; n++) server.add();
    await vi.advanceTimersByTimeAsync(600);
  };

  test("stays live through a gap that is filled at once", async () => {
    const states: string[] = [];
    FakeSocket.last.greet(1);
    live.subscribe(() => states.push(live.status));
    for (let n = 0; n < 3; n++) server.add();
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(3) });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states).toEqual([]);
    expect(live.status).toBe("live");
  });

  test("says how much is still missing, counting down as it is read", async () => {
    await awayFor(37);
    FakeSocket.last.greet(38);
    await vi.advanceTimersByTimeAsync(300);
    expect([live.status, live.missing]).toEqual(["catching-up", 37]);
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(1, 21) });
    await settle();
    expect([live.status, live.missing]).toEqual(["catching-up", 17]);
    FakeSocket.last.tell({ type: "events", events: server.journal.slice(21) });
    await settle();
    expect([live.status, live.missing]).toEqual(["live", 0]);
  });

  test("is not live while a fresh snapshot is read, even if no number says that anything is missing", async () => {
    let answer = () => {};
    api.room.mockImplementation(() => new Promise((resolve) => (answer = () => resolve(server.room))));
    FakeSocket.last.greet(1, "reset");
    await vi.advanceTimersByTimeAsync(300);
    expect([live.status, live.missing]).toEqual(["catching-up", 0]);
    answer();
    await settle();
    expect(live.status).toBe("live");
  });

  test("is live again after the room was set back to an older backup", async () => {
    for (let n = 0; n < 5; n++) server.add();
    store.apply(server.journal);
    server.journal = server.journal.slice(0, 3);
    server.photos = server.photos.slice(3);
    FakeSocket.last.greet(3, "reset");
    await settle();
    expect([live.status, live.missing, store.seq]).toEqual(["live", 0, 3]);
  });

  test("does not call a line lost that is back at once", async () => {
    const states: string[] = [];
    FakeSocket.last.greet(1);
    live.subscribe(() => states.push(live.status));
    dispatchEvent(new Event("online"));
    FakeSocket.last.greet(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states).toEqual([]);
  });

  test("is not live before the greeting, however long that takes", async () => {
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.status).toBe("connecting");
  });
});
