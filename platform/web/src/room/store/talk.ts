import type { CommentEvent, ReactionEvent, Talk } from "../../api/types";

type TalkEvent = CommentEvent | ReactionEvent;

/** What is known of one photo: how much is said, and which of it is mine as of an answer and by my events since. */
interface Entry {
  seq: number;
  comments: number;
  reactions: Record<string, number>;
  answered: { seq: number; mine: string[] };
  since: Map<string, { seq: number; given: boolean }>;
}

/** How much is said about each photo. Answers and events may come in any order; of two numbers the newer stands. */
export class TalkBook {
  private entries = new Map<string, Entry>();

  /** Changes with everything that is shown. */
  version = 0;

  constructor(private readonly me: string) {}

  clear(): void {
    this.entries.clear();
    this.version++;
  }

  /** Undefined while nobody has said how it stands. */
  of(photo: string): Talk | undefined {
    const entry = this.entries.get(photo);
    if (!entry) return undefined;
    const { seq, comments, reactions, answered, since } = entry;
    const kept = answered.mine.filter((emoji) => (since.get(emoji)?.seq ?? 0) <= answered.seq);
    const given = [...since].filter(([, event]) => event.given && event.seq > answered.seq).map(([emoji]) => emoji);
    return { seq, comments, reactions, mine: [...kept, ...given] };
  }

  /** Whether it is known what of it is mine. */
  knows(photo: string): boolean {
    return (this.entries.get(photo)?.answered.seq ?? -1) >= 0;
  }

  /** Nothing was said yet about a photo that was just added. */
  begin(photo: string): void {
    this.take(photo, { seq: 0, comments: 0, reactions: {}, mine: [] });
  }

  /** Takes what an answer says, which knows what is mine. */
  take(photo: string, { seq, comments, reactions, mine }: Talk): void {
    const entry = this.open(photo);
    if (seq >= entry.seq) Object.assign(entry, { seq, comments, reactions });
    if (seq >= entry.answered.seq) entry.answered = { seq, mine };
    this.version++;
  }

  apply({ seq, kind, actor, data }: TalkEvent): void {
    const entry = this.open(data.photo);
    if (seq > entry.seq) Object.assign(entry, { seq, comments: data.comments, reactions: data.reactions });
    if ("emoji" in data && actor?.id === this.me) this.mark(entry, data.emoji, seq, kind === "reaction.added");
    this.version++;
  }

  private mark({ since }: Entry, emoji: string, seq: number, given: boolean): void {
    if ((since.get(emoji)?.seq ?? 0) < seq) since.set(emoji, { seq, given });
  }

  private open(photo: string): Entry {
    const known = this.entries.get(photo);
    if (known) return known;
    const made = { seq: -1, comments: 0, reactions: {}, answered: { seq: -1, mine: [] }, since: new Map() };
    this.entries.set(photo, made);
    return made;
  }
}
