import { ApiError, OfflineError } from "../api/client";
import type { Talking } from "../api/talk";
import type { Comment, Page, Person, Talk } from "../api/types";
import { OLIVE } from "./shapes";

export type Fate = "arrives" | "request lost" | "answer lost" | "refused";

export function makeComment(n: number, change: Partial<Comment> = {}): Comment {
  const id = `c${String(n).padStart(4, "0")}`;
  const created_at = new Date(Date.UTC(2026, 10, 1, 12, 0, n)).toISOString();
  const words = { text: `words ${n}`, mentions: [], edited_at: null, removed: false };
  return { id, seq: n, photo: "p0001", parent: null, author: OLIVE, created_at, ...words, ...change };
}

/** The talk about one photo as the server keeps it, behind a line that may lose requests and answers. */
export class FakeTalk implements Pick<Talking, "comments" | "say" | "reword" | "unsay" | "sayAgain" | "react"> {
  all: Comment[] = [];
  mine = new Set<string>();
  seq = 10;
  fate: Fate = "arrives";
  pageSize = 2;

  constructor(private readonly me: Person = OLIVE) {}

  get shown(): Comment[] {
    return this.all.filter(
      (one) => !one.removed || this.all.some(({ parent, removed }) => parent === one.id && !removed),
    );
  }

  add(change: Partial<Comment> = {}): Comment {
    const comment = makeComment(this.all.length + 1, { seq: ++this.seq, ...change });
    this.all.push(comment);
    return comment;
  }

  comments = async (_photo: string, after: string | null): Promise<Page<Comment>> => {
    const rest = this.shown.filter(({ id }) => after === null || id > after);
    const items = rest.slice(0, this.pageSize);
    return { items, next: rest.length > items.length ? items.at(-1)!.id : null };
  };

  say = (photo: string, text: string, parent: string | null) =>
    this.send(() => this.add({ photo, text, parent, author: this.me }));

  reword = (_photo: string, id: string, text: string) =>
    this.send(() => this.change(id, { text, edited_at: "2026-11-02T12:00:00Z" }));

  unsay = (_photo: string, id: string) => this.send(() => void this.change(id, { text: "", removed: true }));

  sayAgain = (_photo: string, id: string) => this.send(() => this.change(id, { text: "again", removed: false }, true));

  react = (_photo: string, emoji: string, given: boolean): Promise<Talk> =>
    this.send(() => {
      if (given) this.mine.add(emoji);
      else this.mine.delete(emoji);
      return { seq: ++this.seq, comments: 0, reactions: {}, mine: [...this.mine] };
    });

  private change(id: string, change: Partial<Comment>, removed = false): Comment {
    const at = this.all.findIndex((one) => one.id === id && one.removed === removed);
    if (at < 0) throw new ApiError(404, "not_found", "There is nothing here.");
    return (this.all[at] = { ...this.all[at]!, ...change, seq: ++this.seq });
  }

  private async send<Answer>(act: () => Answer): Promise<Answer> {
    const { fate } = this;
    this.fate = "arrives";
    if (fate === "request lost") throw new OfflineError();
    if (fate === "refused") throw new ApiError(403, "forbidden", "Your role does not allow that.");
    const answer = act();
    if (fate === "answer lost") throw new OfflineError();
    return answer;
  }
}
