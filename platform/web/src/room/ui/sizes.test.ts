import { expect, test } from "vitest";
import { nameSize } from "./sizes";

test("a size is said in the unit that needs the fewest figures", () => {
  const sizes = [0, 1, 999, 1_000, 842_000, 999_499, 999_999, 3_140_000, 12_400_000, 1_234_000_000, 5e15];
  expect(sizes.map((bytes) => nameSize(bytes, "en"))).toEqual([
    "0 byte",
    "1 byte",
    "999 byte",
    "1 kB",
    "842 kB",
    "999 kB",
    "1 MB",
    "3.1 MB",
    "12 MB",
    "1.2 GB",
    "5,000 TB",
  ]);
});
