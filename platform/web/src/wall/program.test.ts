import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Program } from "./program";
import { hung } from "../test/wall";

function programOf(count: number): Program {
  const program = new Program();
  for (let n = 0; n < count; n++) program.add(hung(n));
  return program;
}

const ids = (program: Program, wide = false, may = () => true) => program.next(wide, may)?.photos.map(({ id }) => id);

describe("what comes next", () => {
  it("is nothing in an empty room", () => {
    expect(programOf(0).next(true)).toBeNull();
  });

  it("is each photo before any comes again, and never one twice in a row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), (count) => {
        const program = programOf(count);
        const shown = Array.from({ length: count * 3 }, () => ids(program)![0]!);
        for (let round = 0; round < 3; round++) {
          expect(new Set(shown.slice(round * count, (round + 1) * count)).size).toBe(count);
        }
        shown.slice(1).forEach((id, place) => expect(id).not.toBe(shown[place]));
      }),
    );
  });

  it("is a room's only photo again and again", () => {
    const program = programOf(1);
    expect([ids(program), ids(program)]).toEqual([["w0"], ["w0"]]);
  });

  it("is what has just arrived, once, and then the others go on", () => {
    const program = programOf(3);
    program.arrive(hung(9));
    expect(program.next(false)).toEqual({ photos: [hung(9)], isNew: true });
    const shown = [ids(program), ids(program), ids(program)].flat();
    expect(shown.toSorted()).toEqual(["w0", "w1", "w2"]);
  });

  it("lets people take turns, and starves neither the newest nor the oldest", () => {
    const program = programOf(1);
    for (let n = 10; n < 30; n++) program.arrive(hung(n, { by: "Ana" }));
    program.arrive(hung(40, { by: "Ben" }));
    const shown = [1, 2, 3].map(() => program.next(false)!.photos[0]!);
    expect(shown.slice(0, 2).map(({ by }) => by)).toContain("Ben");
    const anas = shown.filter(({ by }) => by === "Ana").map(({ id }) => id);
    expect(anas).toContain("w29");
    expect(new Set([...anas, ids(program)![0], ids(program)![0]])).toContain("w10");
  });

  it("is at most a number of arrivals; the rest of a flood waits for the shuffle and is not lost", () => {
    const program = programOf(0);
    for (let n = 0; n < 100; n++) program.arrive(hung(n));
    expect(program.arrivals).toBe(60);
    const shown = Array.from({ length: 100 }, () => ids(program)![0]);
    expect(new Set(shown).size).toBe(100);
  });

  it("is two upright photos on a wide screen, and one on a narrow one", () => {
    const uprights = [1, 2, 3].map((n) => hung(n, { width: 300, height: 400 }));
    const program = new Program();
    uprights.forEach((photo) => program.add(photo));
    expect(ids(program, true)).toHaveLength(2);
    expect(ids(program, true)).toHaveLength(1); // the last of this round alone, rather than one twice
    expect(ids(program, false)).toHaveLength(1);
  });

  it("is never what was removed", () => {
    const program = programOf(3);
    program.arrive(hung(9));
    for (const id of ["w9", "w1"]) program.remove(id);
    const shown = Array.from({ length: 8 }, () => ids(program)![0]);
    expect(new Set(shown)).toEqual(new Set(["w0", "w2"]));
  });

  it("is what can be shown now, and what could not be keeps its turn", () => {
    const program = programOf(4);
    const held = ({ id }: { id: string }) => id === "w0" || id === "w1";
    const offline = Array.from({ length: 6 }, () => program.next(false, held)!.photos[0]!.id);
    expect(new Set(offline)).toEqual(new Set(["w0", "w1"]));
    expect([ids(program), ids(program)].flat().toSorted()).toEqual(["w2", "w3"]);
  });

  it("is an arrival still, if it could not be shown", () => {
    const program = programOf(2);
    program.arrive(hung(9));
    program.putBack(program.next(false)!);
    expect(program.next(false)).toEqual({ photos: [hung(9)], isNew: true });
  });
});
