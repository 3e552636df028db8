import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/client";
import { FakeTus } from "../../test/tus";
import { picture } from "../../test/uploads";
import { GoneError, PassingError, sendFile, type Sent } from "./transfer";

const TARGET = { address: "https://salon/uploads", csrf: "t" };
let server: FakeTus;
let remote: string | null;
let progress: number[];

function send(file: File, signal = new AbortController().signal): Promise<Sent> {
  const events = {
    onBegun: (begun: string) => void (remote = begun),
    onSent: (bytes: number) => void progress.push(bytes),
  };
  return sendFile(TARGET, { file, name: file.name, remote }, events, signal);
}

beforeEach(() => {
  server = new FakeTus();
  server.install();
  [remote, progress] = [null, []];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a file is sent with its name, and the photo it became is told", async () => {
  expect(await send(picture("Käse.jpg", 300))).toEqual({ photo: "p1", already: false });
  expect(server.requests).toEqual(["POST", "PATCH 0"]);
  expect(atob(server.uploads.get("u1")!.metadata.split(" ")[1]!)).toBe("K\xc3\xa4se.jpg");
  expect(progress[0]).toBe(0);
  expect(progress.at(-1)).toBe(300);
});

test("what the room had already is said so", async () => {
  server.already = true;
  expect(await send(picture("a.jpg"))).toMatchObject({ already: true });
});

test("however often the line breaks, the server ends up with the file and no byte was sent twice", async () => {
  const cuts = fc.array(fc.record({ request: fc.nat(1), drop: fc.nat(500) }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 500 }), cuts, async (size, cuts) => {
      server = new FakeTus();
      server.install();
      remote = null;
      const file = picture("a.jpg", size);
      const left = [...cuts];
      let sent: Sent | null = null;
      while (!sent) {
        const cut = left.shift();
        server.faults = cut ? [...(cut.request ? [null] : []), { drop: cut.drop }] : [];
        sent = await send(file).catch((problem: unknown) => {
          expect(problem).toBeInstanceOf(PassingError);
          expect(cut).toBeDefined();
          return null;
        });
      }
      const kept = server.uploads.get(remote!)!;
      expect(Uint8Array.from(kept.bytes)).toEqual(new Uint8Array(await file.arrayBuffer()));
      expect(server.received).toBe(size);
      expect(sent.photo).toBe("p1");
    }),
  );
});

test("an upload the server has whole is not sent again", async () => {
  await send(picture("a.jpg", 300));
  server.requests = [];
  expect(await send(picture("a.jpg", 300))).toEqual({ photo: "p1", already: false });
  expect(server.requests).toEqual(["HEAD"]);
});

test.each([
  [404, GoneError],
  [410, GoneError],
  [401, PassingError],
  [409, PassingError],
  [423, PassingError],
  [460, PassingError],
  [500, PassingError],
  [503, PassingError],
])("an upload that meets %i ends in what can be done about it, and no second one is begun", async (status, kind) => {
  remote = "u1";
  server.faults = [{ status }];
  await expect(send(picture("a.jpg"))).rejects.toBeInstanceOf(kind);
  expect(server.requests).toEqual(["HEAD"]);
});

test("how long the server asks to wait is passed on", async () => {
  server.faults = [{ status: 429, retryAfter: 12 }];
  await expect(send(picture("a.jpg"))).rejects.toMatchObject({ status: 429, wait: 12 });
});

test.each([413, 415, 422, 403])("a refusal with %i is told in the server's words", async (status) => {
  server.faults = [{ status, body: '{"error":{"code":"quota","message":"Only 3 MB are left."}}' }];
  const problem: unknown = await send(picture("a.jpg")).catch((cause: unknown) => cause);
  expect(problem).toBeInstanceOf(ApiError);
  expect(problem).toMatchObject({ status, code: "quota", message: "Only 3 MB are left." });
});

test("a room that is not there any more is no reason to begin anew", async () => {
  server.faults = [{ status: 404 }];
  await expect(send(picture("a.jpg"))).rejects.toBeInstanceOf(ApiError);
});

test("a line on which nothing moves any more is given up", async () => {
  vi.useFakeTimers();
  vi.spyOn(server, "answer").mockResolvedValue();
  const sending = expect(send(picture("a.jpg"))).rejects.toMatchObject({ status: 0 });
  await vi.advanceTimersByTimeAsync(31_000);
  await sending;
});

test("one that is broken off at the very start sends nothing", async () => {
  const abort = new AbortController();
  const sending = send(picture("a.jpg"), abort.signal);
  abort.abort(new Error("enough"));
  await expect(sending).rejects.toThrow("enough");
  await new Promise((resolve) => setTimeout(resolve));
  expect(server.requests).toEqual([]);
});
