import "fake-indexeddb/auto";
import { Blob, File } from "node:buffer";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeLocks } from "../../test/locks";
import { makeDesk, picture, type UploadDesk } from "../../test/uploads";
import { GoneError, PassingError } from "./transfer";
import { Shelf } from "./shelf";

const DAY = 86_400_000;
let locks: FakeLocks;
let desks: OpenTab[];

type OpenTab = UploadDesk & { close: () => void };

/** A tab of Olive's browser, in the room. What is on its way when it is closed never ends. */
function openTab(person = "olive", openShelf = () => Shelf.open()): OpenTab {
  const lock = locks.tab();
  const desk = makeDesk({ person, locks: lock as unknown as LockManager, openShelf, hash: async () => null });
  const close = () => {
    for (const sending of desk.sendings) Object.assign(sending, { resolve: () => {}, reject: () => {} });
    desk.queue.hold(true);
    lock.close();
  };
  const tab = { ...desk, close };
  desks.push(tab);
  return tab;
}

const stored = async (tab: OpenTab, count: number) =>
  vi.waitFor(() => expect(tab.queue.uploads.filter(({ kept }) => kept)).toHaveLength(count));
const sendings = async (tab: OpenTab, count: number) => vi.waitFor(() => expect(tab.sendings).toHaveLength(count));
const rest = () => new Promise((resolve) => setTimeout(resolve, 60));

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  // Those of the document of the tests cannot be stored.
  vi.stubGlobal("Blob", Blob);
  vi.stubGlobal("File", File);
  locks = new FakeLocks();
  desks = [];
});

afterEach(() => {
  for (const desk of desks) desk.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("what was on its way when the page was closed goes on where the server is, and in the old order", async () => {
  const first = openTab();
  first.queue.add(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"].map((name) => picture(name, 2_000)));
  await stored(first, 5);
  await sendings(first, 3);
  first.sendings[1]!.resolve();
  await sendings(first, 4);
  await rest();
  first.close();

  const second = openTab();
  await sendings(second, 3);
  expect(second.sendings.map(({ name, remote }) => [name, remote])).toEqual([
    ["a.jpg", "remote-a.jpg"],
    ["c.jpg", "remote-c.jpg"],
    ["d.jpg", "remote-d.jpg"],
  ]);
  const file = second.queue.uploads[0]!.file;
  expect([file.name, file.size, file.lastModified]).toEqual(["a.jpg", 2_000, 1]);
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array(await picture("a.jpg", 2_000).arrayBuffer()));
});

test("what the server has let go meanwhile is sent from the beginning", async () => {
  const first = openTab();
  first.queue.add([picture("a.jpg")]);
  await stored(first, 1);
  await rest();
  first.close();
  const second = openTab();
  await sendings(second, 1);
  second.sendings[0]!.reject(new GoneError());
  await vi.waitFor(() => expect(second.sendings).toHaveLength(2), 5_000);
  expect(second.sendings[1]!.remote).toBeNull();
});

test("what was paused stays paused", async () => {
  const first = openTab();
  first.queue.add([picture("a.jpg")]);
  await stored(first, 1);
  first.queue.pause([first.idOf("a.jpg")]);
  await rest();
  first.close();
  const second = openTab();
  await vi.waitFor(() => expect(second.states()).toEqual(["paused"]));
  await rest();
  expect(second.sendings).toEqual([]);
});

test("what is done, refused or given up is not kept", async () => {
  const first = openTab();
  first.queue.add(["a.jpg", "b.jpg", "c.jpg"].map((name) => picture(name)));
  await stored(first, 3);
  await sendings(first, 3);
  first.sendings[0]!.resolve();
  first.sendings[1]!.reject(new Error("no picture"));
  first.queue.cancel([first.idOf("c.jpg")]);
  await rest();
  first.close();
  const second = openTab();
  await second.opened;
  await rest();
  expect(second.queue.uploads).toEqual([]);
});

test("another tab leaves alone what an open one sends, and takes it over when that is closed", async () => {
  const first = openTab();
  first.queue.add([picture("a.jpg"), picture("b.jpg")]);
  await stored(first, 2);
  const second = openTab();
  const third = openTab();
  await Promise.all([second.opened, third.opened]);
  await rest();
  expect([...second.queue.uploads, ...third.queue.uploads]).toEqual([]);
  first.close();
  await vi.waitFor(() => expect(second.sendings.length + third.sendings.length).toBe(2));
  await rest();
  const names = [...second.sendings, ...third.sendings].map(({ name }) => name);
  expect(names.sort()).toEqual(["a.jpg", "b.jpg"]);
});

test("nobody goes on with what is somebody else's, and it does not lie about", async () => {
  const first = openTab("olive");
  first.queue.add([picture("a.jpg")]);
  await stored(first, 1);
  first.close();
  const other = openTab("mo");
  await other.opened;
  const back = openTab("olive");
  await back.opened;
  await rest();
  expect([...other.queue.uploads, ...back.queue.uploads]).toEqual([]);
});

test("what nobody came back for in two weeks is let go", async () => {
  const first = openTab();
  first.queue.add([picture("a.jpg")]);
  await stored(first, 1);
  first.close();
  vi.useFakeTimers({ now: Date.now() + 15 * DAY, toFake: ["Date"] });
  const second = openTab();
  await second.opened;
  await rest();
  expect(second.queue.uploads).toEqual([]);
});

test("where the disk is full the files are sent from memory, and chosen again they go on where they were", async () => {
  const full = async () => {
    const shelf = await Shelf.open();
    vi.spyOn(shelf, "putFile").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
    return shelf;
  };
  const first = openTab("olive", full);
  first.queue.add([picture("a.jpg")]);
  await sendings(first, 1);
  await rest();
  expect(first.queue.uploads[0]!.kept).toBe(false);
  first.close();

  const second = openTab();
  await second.opened;
  expect(second.queue.uploads).toEqual([]);
  second.queue.add([picture("a.jpg")]);
  await sendings(second, 1);
  expect(second.sendings[0]!.remote).toBe("remote-a.jpg");
});

test("where nothing is stored at all everything works but outliving the page", async () => {
  const tab = openTab("olive", () => Promise.reject(new Error("private window")));
  tab.queue.add([picture("a.jpg")]);
  await sendings(tab, 1);
  tab.sendings[0]!.reject(new PassingError(0));
  await vi.waitFor(() => expect(tab.states()).toEqual(["stalled"]));
  tab.queue.resume();
  await sendings(tab, 2);
  tab.sendings[1]!.resolve();
  await vi.waitFor(() => expect(tab.states()).toEqual(["done"]));
});
