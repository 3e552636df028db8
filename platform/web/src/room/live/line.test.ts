import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../../api/client";
import { FakeSocket } from "../../test/socket";
import { api, endings, live, server, settle, shown } from "../../test/visit";

describe("a lost connection", () => {
  test("comes back with the last number, and is live when everything is there", async () => {
    FakeSocket.last.greet(1);
    await settle();
    FakeSocket.last.drop();
    server.add();
    await vi.advanceTimersByTimeAsync(600);
    expect(live.status).toBe("reconnecting");
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.greet(2);
    await settle();
    expect(live.status).toBe("reconnecting");
    FakeSocket.last.tell({ type: "events", events: server.since(1).events });
    await settle();
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
    expect(live.status).toBe("live");
  });

  test("is tried all the same while the device calls itself offline", async () => {
    dispatchEvent(new Event("offline"));
    await vi.advanceTimersByTimeAsync(20_000);
    FakeSocket.last.greet(1);
    await settle();
    expect(live.status).toBe("live");
  });

  test("does not wait for ever for a greeting", async () => {
    await vi.advanceTimersByTimeAsync(16_000);
    expect(FakeSocket.all[0]!.isClosed).toBe(true);
    expect(FakeSocket.all).toHaveLength(2);
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

  test("is renewed when the journal knows what the socket should have told", async () => {
    FakeSocket.last.greet(1);
    await settle();
    server.add();
    await vi.advanceTimersByTimeAsync(75_100);
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.url).toContain("after=2");
  });
});

describe("a page that is looked at again", () => {
  const look = (hidden: boolean) => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  afterEach(() => vi.restoreAllMocks());

  test("after a moment asks the journal whether anything was missed", async () => {
    FakeSocket.last.greet(1);
    look(true);
    await vi.advanceTimersByTimeAsync(5_000);
    look(false);
    await settle();
    expect(api.events).toHaveBeenCalledWith(1);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("after a long sleep does not trust its socket", async () => {
    FakeSocket.last.greet(1);
    look(true);
    await vi.advanceTimersByTimeAsync(50_000);
    look(false);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("does not wait for the next try", async () => {
    FakeSocket.last.drop();
    look(true);
    look(false);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("out of the browser's cache connects again", () => {
    dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe("what this page says", () => {
  test("goes out after the greeting, and is dropped before it and while the line is down", async () => {
    const first = FakeSocket.last;
    live.send({ type: "here", looking: false });
    first.greet(1);
    live.send({ type: "here", looking: true });
    first.drop();
    live.send({ type: "here", looking: false });
    await vi.advanceTimersByTimeAsync(600);
    live.send({ type: "here", looking: false });
    expect(first.sent).toEqual([{ type: "here", looking: true }]);
    expect(FakeSocket.last.sent).toEqual([]);
  });

  test.each([4400, 1009])("is not said again when the server closed with %i because of it", async (code) => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    FakeSocket.last.greet(1);
    FakeSocket.last.drop(code);
    await vi.advanceTimersByTimeAsync(600);
    FakeSocket.last.greet(1);
    live.send({ type: "here", looking: true });
    expect(FakeSocket.last.sent).toEqual([]);
    expect(live.status).toBe("live");
    expect(complaint).toHaveBeenCalledOnce();
  });
});

describe("a closed socket", () => {
  const gapAfter = async (code: number) => {
    FakeSocket.last.greet(1);
    FakeSocket.last.drop(code);
    const start = Date.now();
    while (FakeSocket.all.length < 2 && Date.now() - start < 30_000) await vi.advanceTimersByTimeAsync(50);
    return Date.now() - start;
  };

  test.each([
    [1006, 250, 550],
    [1013, 250, 550],
    [4408, 250, 550],
    [4429, 4_000, 8_050],
    [1012, 200, 3_050],
  ])("with code %i comes back after %i to %i milliseconds, with the last number", async (code, shortest, longest) => {
    const wait = await gapAfter(code);
    expect(wait).toBeGreaterThanOrEqual(shortest);
    expect(wait).toBeLessThanOrEqual(longest);
    expect(FakeSocket.last.url).toContain("after=1");
    expect(endings).toEqual([]);
  });

  test.each([4403, 4404])("with code %i means that this room is over, and nothing is tried again", async (code) => {
    FakeSocket.last.drop(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(endings).toEqual(["left"]);
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

describe("not signed in", () => {
  const refusal = new ApiError(401, "not_signed_in", "Please sign in.");

  test("leads back when a new session cookie is there already", async () => {
    FakeSocket.last.greet(1);
    FakeSocket.last.drop(4401);
    await vi.advanceTimersByTimeAsync(600);
    expect(api.events).toHaveBeenCalledWith(1);
    expect(FakeSocket.all).toHaveLength(2);
    expect(endings).toEqual([]);
  });

  test("is not believed before the API has said it twice, because the new cookie may be on its way", async () => {
    api.events.mockRejectedValueOnce(refusal);
    FakeSocket.last.greet(1);
    FakeSocket.last.drop(4401);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(endings).toEqual([]);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("ends the visit once, and nothing is tried again", async () => {
    api.events.mockRejectedValue(refusal);
    FakeSocket.last.drop(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(endings).toEqual(["signed-out"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("again and again does not become a tight loop", async () => {
    for (let n = 0; n < 200; n++) {
      if (!FakeSocket.last.isClosed) FakeSocket.last.drop(4401);
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(FakeSocket.all.length).toBeLessThan(12);
  });

  test("heard elsewhere is checked in the same way, once for many", async () => {
    FakeSocket.last.greet(1);
    for (let n = 0; n < 3; n++) live.doubtSession();
    await vi.advanceTimersByTimeAsync(600);
    expect(api.events).toHaveBeenCalledOnce();
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("as before: if somebody else has signed in here since, the page is no longer theirs to see", () => {
    FakeSocket.last.greet(1, "resume", "ana");
    expect(endings).toEqual(["somebody-else"]);
    expect(FakeSocket.last.isClosed).toBe(true);
  });
});
