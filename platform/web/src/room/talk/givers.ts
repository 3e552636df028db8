import type { Talking } from "../../api/talk";
import type { GivenReaction } from "../../api/types";

const MOST_NAMED = 8;

/** Who gave what to a photo; read again only when that has changed. */
export class Givers {
  private read = new Map<string, Promise<GivenReaction[]>>();

  constructor(private readonly talk: Pick<Talking, "reactions">) {}

  /** `seq` is that of the newest event of its talk. */
  of(photo: string, seq: number): Promise<GivenReaction[]> {
    const key = `${photo} ${seq}`;
    const known = this.read.get(key);
    if (known) return known;
    const asked = this.ask(photo);
    this.read.set(key, asked);
    asked.catch(() => this.read.delete(key));
    return asked;
  }

  private async ask(photo: string): Promise<GivenReaction[]> {
    const given: GivenReaction[] = [];
    let after: string | null = null;
    do {
      const page = await this.talk.reactions(photo, after);
      given.push(...page.items);
      after = page.next;
    } while (after !== null);
    return given;
  }
}

/** "You, Ana and Ben", "Ana, Ben and 4 others"; I come first. */
export function nameGivers(given: GivenReaction[], emoji: string, me: string): string {
  const people = given.filter((one) => one.emoji === emoji).map(({ user }) => user);
  const mine = people.some(({ id }) => id === me);
  const names = [...(mine ? ["You"] : []), ...people.filter(({ id }) => id !== me).map(({ name }) => name)];
  const shown = names.length > MOST_NAMED ? names.slice(0, MOST_NAMED - 1) : names;
  const rest = names.length - shown.length;
  const parts = rest ? [...shown, `${rest.toLocaleString()} others`] : shown;
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
