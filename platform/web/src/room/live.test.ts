import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../api/client";
import { FakeRoom } from "../test/server";
import { FakeSocket } from "../test/socket";
import { Live, type Ending } from "./live";
import { RoomStore } from "./store/store";

let server: FakeRoom;
let store: RoomStore;
let live: Live;
let endings: Ending[];
const api = { room: vi.fn(), photos: vi.fn(), events: vi.fn() };

const settle = () => vi.advanceTimersByTimeAsync(0);
const shown = () => store.photos.list.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  server = new FakeRoom();
  server.add();
  store = new RoomStore(server.room, server.page(null, 60));
  api.room.mockReset().mockImplementation(async () => server.room);
  api.photos.mockReset().mockImplementation(async (before: string | null, limit: number) => server.page(before, limit));
  api.events.mockReset().mockImplementation(async (after: number) => server.since(after));
  endings = [];
  live = new Live({ url: "ws://salon/ws/rooms/lake", store, api, onEnd: (ending) => endings.push(ending) });
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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

describe("a lost connection", () => {
  test("comes back with the last number, says it is up to date, and then that it is live", async () => {
    FakeSocket.last.greet(1);
    await settle();
    FakeSocket.last.drop(1012);
    expect(live.status).toBe("reconnecting");
    server.add();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.greet(2);
    await settle();
    expect(live.status).toBe("reconnecting");
    FakeSocket.last.tell({ type: "events", events: server.since(1).events });
    await settle();
    expect(live.status).toBe("up-to-date");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(live.status).toBe("live");
  });

  test("waits longer after each failure, at most twenty seconds", async () => {
    api.events.mockRejectedValue(new Error("down"));
    for (let n = 0; n < 12; n++) {
      if (!FakeSocket.last.isClosed) FakeSocket.last.drop();
      await vi.advanceTimersByTimeAsync(20_000);
    }
    const before = FakeSocket.all.length;
    api.events.mockImplementation(async (after: number) => server.since(after));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.all.length).toBe(before + 1);
  });

  test("still brings news where no socket gets through", async () => {
    for (let n = 0; n < 5; n++) {
      FakeSocket.last.drop();
      if (n === 2) server.add();
      await vi.advanceTimersByTimeAsync(20_000);
    }
    expect(shown()).toEqual(["p0002", "p0001"]);
  });

  test("is offline when the device says so, and comes back at once with it", async () => {
    FakeSocket.last.greet(1);
    await settle();
    dispatchEvent(new Event("offline"));
    expect(live.status).toBe("offline");
    dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.greet(1);
    await settle();
    expect(live.status).toBe("up-to-date");
  });

  test("ignores what an old socket still says", async () => {
    const old = FakeSocket.last;
    dispatchEvent(new Event("online"));
    old.greet(99, "reset");
    old.drop(4403);
    await settle();
    expect(api.room).not.toHaveBeenCalled();
    expect(endings).toEqual([]);
  });
});

describe("an ending", () => {
  test.each([
    [4401, "signed-out"],
    [4403, "left"],
    [4404, "left"],
  ] as const)("with code %i is told once, and nothing is tried again", async (code, ending) => {
    FakeSocket.last.drop(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(endings).toEqual([ending]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("is understood from the API when the handshake itself is refused", async () => {
    api.events.mockRejectedValue(new ApiError(404, "not_found", "There is nothing here."));
    for (let n = 0; n < 5 && !endings.length; n++) {
      FakeSocket.last.drop();
      await vi.advanceTimersByTimeAsync(20_000);
    }
    expect(endings).toEqual(["left"]);
  });
});
