import { expect, test, vi } from "vitest";
import { createLibrary } from "./library";

test("an id is a name in an address, whatever letters it has", async () => {
  const send = vi.fn();
  const library = createLibrary({ send });
  await library.deleteForGood("a/b");
  await library.removed("c&d", 60);
  expect(send.mock.calls.map(([method, path]) => `${method} ${path}`)).toEqual([
    "DELETE /removed/a%2Fb",
    "GET /removed?limit=60&before=c%26d",
  ]);
});
