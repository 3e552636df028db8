import { beforeEach, expect, test, vi } from "vitest";
import { Selection } from "./selection";

let order: string[];
let selection: Selection;

beforeEach(() => {
  order = ["a", "b", "c", "d", "e", "f"];
  selection = new Selection();
  selection.order = () => order;
});

test("chosen photos come in the order of the screen", () => {
  for (const id of ["d", "a", "c"]) selection.toggle(id);
  expect([selection.isOn, selection.count, selection.ids]).toEqual([true, 3, ["a", "c", "d"]]);
});

test("the last one let go of ends it", () => {
  selection.toggle("b");
  selection.toggle("b");
  expect([selection.isOn, selection.count]).toEqual([false, 0]);
});

test("it can begin with nothing", () => {
  selection.start();
  expect([selection.isOn, selection.count]).toEqual([true, 0]);
});

test("a range reaches from the last choice, in either direction, and keeps what was chosen before", () => {
  selection.toggle("a");
  selection.toggle("d");
  selection.extend("x", "f");
  expect(selection.ids).toEqual(["a", "d", "e", "f"]);
  selection.extend("x", "c");
  expect(selection.ids).toEqual(["a", "c", "d"]);
});

test("without a choice before it a range begins where it is told", () => {
  selection.extend("b", "c");
  expect(selection.ids).toEqual(["b", "c"]);
});

test("a finger that begins on a chosen photo lets go of what it is drawn over", () => {
  selection.toggleAll(order);
  selection.begin("b");
  selection.reach("d");
  expect(selection.ids).toEqual(["a", "e", "f"]);
  selection.reach("c");
  expect(selection.ids).toEqual(["a", "d", "e", "f"]);
});

test("a range after letting go takes in again", () => {
  selection.toggleAll(order);
  selection.toggle("b");
  selection.extend("d", "d");
  expect(selection.ids).toEqual(["a", "c", "d", "e", "f"]);
});

test("a day is chosen as a whole first and let go of as a whole then", () => {
  selection.toggle("b");
  selection.toggleAll(["a", "b", "c"]);
  expect([selection.ids, selection.hasAll(["a", "b", "c"])]).toEqual([["a", "b", "c"], true]);
  selection.toggleAll(["a", "b", "c"]);
  expect(selection.isOn).toBe(false);
  expect(selection.hasAll([])).toBe(false);
});

test("arrivals leave the choice alone, removed photos leave it", () => {
  selection.toggleAll(["b", "e"]);
  order = ["new", ...order];
  selection.keepTo(order);
  expect(selection.ids).toEqual(["b", "e"]);
  order = order.filter((id) => id !== "b");
  selection.keepTo(order);
  expect(selection.ids).toEqual(["e"]);
  order = [];
  selection.keepTo(order);
  expect(selection.isOn).toBe(false);
});

test("a range whose beginning was removed begins anew", () => {
  selection.toggle("b");
  selection.toggle("e");
  order = order.filter((id) => id !== "e");
  selection.keepTo(order);
  selection.extend("c", "d");
  expect(selection.ids).toEqual(["b", "c", "d"]);
});

test("the screen hears of changes only", () => {
  const heard = vi.fn();
  selection.subscribe(heard);
  selection.keepTo(order);
  selection.clear();
  expect(heard).not.toHaveBeenCalled();
  selection.toggle("a");
  expect(heard).toHaveBeenCalled();
});
