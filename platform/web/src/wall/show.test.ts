import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TroubleError } from "./pictures";
import { Program } from "./program";
import { ARRIVAL, Show, SLIDE } from "./show";
import { hung, stateOf } from "../test/wall";

let program: Program;
let show: Show;
let load: (id: string) => string | null;
const atHand = new Set<string>();

const onStage = () => show.scene?.pictures.map(({ photo }) => photo.id) ?? [];
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  program = new Program();
  atHand.clear();
  load = (id) => `blob:${id}`;
  show = new Show({
    program,
    load: async ({ id }) => load(id),
    isAtHand: ({ id }) => atHand.has(id),
    isWide: () => false,
  });
});

afterEach(() => {
  show.stop();
  vi.useRealTimers();
});

function begin(count: number): Promise<unknown> {
  for (let n = 0; n < count; n++) program.add(hung(n));
  show.steer(stateOf());
  return pass(0);
}

function arrive(n: number): void {
  program.arrive(hung(n));
  show.look();
}

describe("the stage", () => {
  it("changes slowly, through all photos", async () => {
    await begin(3);
    const seen = [...onStage()];
    for (let n = 0; n < 2; n++) {
      await pass(SLIDE - 1);
      expect(onStage()).toEqual([seen.at(-1)]);
      await pass(1);
      seen.push(...onStage());
    }
    expect(new Set(seen).size).toBe(3);
  });

  it("belongs to an arrival at once, for a while", async () => {
    await begin(2);
    await pass(5_000);
    arrive(9);
    await pass(0);
    expect([onStage(), show.scene!.isNew]).toEqual([["w9"], true]);
    await pass(ARRIVAL);
    expect([onStage()[0] === "w9", show.scene!.isNew]).toEqual([false, false]);
  });

  it("lets one arrival have its time before the next", async () => {
    await begin(2);
    await pass(5_000);
    arrive(8);
    await pass(0);
    arrive(9);
    await pass(ARRIVAL - 1);
    expect(onStage()).toEqual(["w8"]);
    await pass(1);
    expect(onStage()).toEqual(["w9"]);
  });

  it("shows the first photo of an empty room at once", async () => {
    await begin(0);
    expect(show.scene).toBeNull();
    arrive(1);
    await pass(0);
    expect(onStage()).toEqual(["w1"]);
  });

  it("stands still while paused, and goes on after", async () => {
    await begin(3);
    const before = onStage();
    show.steer(stateOf({ paused: true }));
    arrive(9);
    await pass(10 * SLIDE);
    expect(onStage()).toEqual(before);
    show.steer(stateOf());
    await pass(2_000);
    expect(onStage()).toEqual(["w9"]);
  });

  it("goes on when skipped, also while paused, and then stands still again", async () => {
    await begin(3);
    const before = onStage();
    show.steer(stateOf({ paused: true, skips: 1 }));
    await pass(0);
    const after = onStage();
    expect(after).not.toEqual(before);
    await pass(10 * SLIDE);
    expect(onStage()).toEqual(after);
  });

  it("does not skip because somebody skipped before it was opened", async () => {
    program.add(hung(1));
    show.steer(stateOf({ skips: 7 }));
    await pass(0);
    expect(show.scene!.number).toBe(1);
  });

  it("keeps up what is pinned until it is let go", async () => {
    await begin(3);
    show.steer(stateOf({ pinned: "w2" }));
    await pass(0);
    show.steer(stateOf());
    await pass(0);
    expect(onStage()).not.toEqual(["w2"]); // nor is what was let go the next one
    show.steer(stateOf({ pinned: "w2" }));
    await pass(0);
    arrive(9);
    await pass(10 * SLIDE);
    expect(onStage()).toEqual(["w2"]);
    show.steer(stateOf());
    await pass(0);
    expect(onStage()).toEqual(["w9"]);
  });

  it("loses a removed photo at once, and also one that is removed while it loads", async () => {
    await begin(2);
    const [gone] = onStage();
    program.remove(gone!);
    show.vanish(gone!);
    expect([show.scene, show.sudden]).toEqual([null, true]);
    await pass(0);
    expect(onStage()).toHaveLength(1);

    program.arrive(hung(9));
    load = (id) => {
      if (id === "w9") program.remove("w9");
      return `blob:${id}`;
    };
    show.skip();
    await pass(100);
    expect(onStage()).not.toContain("w9");
  });

  it("goes on with what is at hand while the line is down, and shows what it missed when it is back", async () => {
    await begin(2);
    await pass(SLIDE);
    for (const id of ["w0", "w1"]) atHand.add(id);
    load = (id) => {
      if (!atHand.has(id)) throw new TroubleError();
      return `blob:${id}`;
    };
    arrive(9);
    const seen = new Set<string>();
    for (let n = 0; n < 20; n++) {
      await pass(SLIDE);
      for (const id of onStage()) seen.add(id);
    }
    expect(seen).toEqual(new Set(["w0", "w1"]));
    load = (id) => `blob:${id}`;
    show.reconnect();
    await pass(2_000);
    expect(onStage()).toEqual(["w9"]);
  });

  it("passes over a picture that is not there", async () => {
    load = (id) => (id === "w1" ? null : `blob:${id}`);
    await begin(3);
    const seen = new Set<string>();
    for (let n = 0; n < 12; n++) {
      await pass(SLIDE);
      for (const id of onStage()) seen.add(id);
    }
    expect(seen).toEqual(new Set(["w0", "w2"]));
  });

  it("shows a new caption at once", async () => {
    await begin(1);
    program.add(hung(0, { caption: "Later" }));
    show.refresh(hung(0, { caption: "Later" }));
    expect([show.scene!.pictures[0]!.photo.caption, show.scene!.number]).toEqual(["Later", 1]);
  });
});
