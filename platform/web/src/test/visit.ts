import { afterEach, beforeEach, vi } from "vitest";
import { Live, type Ending } from "../room/live/live";
import { RoomStore } from "../room/store/store";
import { FakeRoom } from "./server";
import { FakeSocket } from "./socket";

/** Before each test of the file that imports this: Olive opens the page of a room with one photo, on a clock that stands still. */
export let server: FakeRoom;
export let store: RoomStore;
export let live: Live;
/** Numbers of the events the page was told of. */
export let heard: number[];
export let endings: Ending[];
export const api = { room: vi.fn(), photos: vi.fn(), events: vi.fn(), index: vi.fn(), lookUp: vi.fn() };

export const settle = () => vi.advanceTimersByTimeAsync(0);
export const shown = () => store.photos.list.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  server = new FakeRoom();
  server.add();
  store = new RoomStore(server.room, server.page(null, 60));
  api.room.mockReset().mockImplementation(async () => server.room);
  api.photos.mockReset().mockImplementation(async (before: string | null, limit: number) => server.page(before, limit));
  api.lookUp.mockReset().mockImplementation(async (ids: string[]) => server.lookUp(ids));
  api.events.mockReset().mockImplementation(async (after: number) => server.since(after));
  endings = [];
  heard = [];
  live = new Live({
    url: "ws://salon/ws/rooms/lake",
    me: "olive",
    store,
    api,
    onEvents: (events) => heard.push(...events.map(({ seq }) => seq)),
    onEnd: (ending) => endings.push(ending),
  });
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
