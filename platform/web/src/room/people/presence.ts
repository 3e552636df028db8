import type { Frame, Here, Person } from "../../api/types";
import { Observable } from "../observable";

/** Who else is in the room now. */
export class Presence extends Observable {
  others: Here[] = [];
  /** How many others there are; the server names only the first of a crowd. */
  count = 0;
  private here = new Set<string>();

  constructor(private readonly me: string) {
    super();
  }

  isHere(id: string): boolean {
    return this.here.has(id);
  }

  take({ people, count }: Frame & { type: "presence" }): void {
    this.here = new Set(people.map(({ id }) => id));
    this.others = people.filter(({ id }) => id !== this.me);
    this.count = Math.max(this.others.length, count - 1);
    this.changed();
  }

  /** Nobody can be seen while the line is down. */
  forget(): void {
    if (!this.here.size) return;
    this.here.clear();
    this.others = [];
    this.count = 0;
    this.changed();
  }
}

/** "Ana is here", "Ana and Ben are here", "Ana, Ben and 3 others are here". */
export function sayWhoIsHere(people: Person[], count: number): string {
  const named = people.slice(0, count > 3 ? 2 : 3).map(({ name }) => name);
  const rest = count - named.length;
  const parts = rest > 0 ? [...named, rest === 1 ? "1 other" : `${rest.toLocaleString()} others`] : named;
  if (parts.length < 2) return parts.length ? `${parts[0]} ${count === 1 ? "is" : "are"} here` : "";
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)} are here`;
}
