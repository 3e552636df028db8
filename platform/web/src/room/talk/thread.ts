import type { Talking } from "../../api/talk";
import type { Comment, Person } from "../../api/types";
import { Observable } from "../observable";
import { isHeard, type Saying, type TalkChange } from "./changes";

/** A comment as it is shown: from the room, with what I have done to it, or mine on its way. */
export interface Remark extends Comment {
  /** What is not in the room yet. */
  pending?: "sending" | "changing";
  /** Mine, and not in the room. */
  saying?: Saying;
}

/** A comment and the answers to it, in the order in which they were written. */
export interface Strand {
  root: Remark;
  answers: Remark[];
}

/** The comments on one photo. The newest state of each stands, in whichever order they come. */
export class Thread extends Observable {
  isRead = false;
  problem: unknown = null;
  private entries = new Map<string, Comment>();

  constructor(
    readonly photo: string,
    private readonly talk: Pick<Talking, "comments">,
  ) {
    super();
  }

  /** Reads all of it. `asked` is the number of the newest event heard of: what is older and missing is gone. */
  async load(asked: number): Promise<void> {
    try {
      const read = await this.readAll();
      const heard = [...this.entries.values()].filter(({ seq }) => seq > asked);
      this.entries = new Map();
      for (const comment of [...read, ...heard]) this.keep(comment);
      this.isRead = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
    this.changed();
  }

  take(comment: Comment): void {
    if (comment.photo !== this.photo) return;
    this.keep(comment);
    this.changed();
  }

  /** With what I have said and done that the room has not heard yet. */
  strands(changes: { kind: string }[], me: Person): Strand[] {
    return arrange(this.foresee(changes as TalkChange[], me));
  }

  private foresee(changes: TalkChange[], me: Person): Map<string, Remark> {
    const remarks = new Map<string, Remark>(this.entries);
    for (const change of changes) {
      if (change.photo.id !== this.photo) continue;
      if (change.kind === "comment") this.foreseeSaying(remarks, change, me);
      if (change.kind === "comment.restoral")
        remarks.set(change.comment.id, { ...change.comment, pending: "changing" });
      const now = "comment" in change && typeof change.comment === "string" && remarks.get(change.comment);
      if (!now) continue;
      if (change.kind === "comment.removal") remarks.set(now.id, { ...now, text: "", removed: true });
      if (change.kind === "comment.words") remarks.set(now.id, { ...now, text: change.text, pending: "changing" });
    }
    return remarks;
  }

  private foreseeSaying(remarks: Map<string, Remark>, saying: Saying, me: Person): void {
    if ([...this.entries.values()].some((comment) => isHeard(saying, comment, me.id))) return;
    const { key, text, mentions, parent, at } = saying;
    const mine = { id: key, seq: 0, photo: this.photo, parent, author: me, text, mentions, created_at: at };
    remarks.set(key, { ...mine, edited_at: null, removed: false, pending: "sending", saying });
  }

  private async readAll(): Promise<Comment[]> {
    const read: Comment[] = [];
    let after: string | null = null;
    do {
      const page = await this.talk.comments(this.photo, after);
      read.push(...page.items);
      after = page.next;
    } while (after !== null);
    return read;
  }

  private keep(comment: Comment): void {
    if ((this.entries.get(comment.id)?.seq ?? -1) < comment.seq) this.entries.set(comment.id, comment);
  }
}

/** A removed comment is left standing, without its words, as long as it has answers. */
function arrange(remarks: Map<string, Remark>): Strand[] {
  const all = [...remarks.values()].sort(compare);
  const strands = new Map<string, Strand>();
  for (const root of all) if (!root.parent) strands.set(root.id, { root, answers: [] });
  for (const answer of all) if (answer.parent && !answer.removed) strands.get(answer.parent)?.answers.push(answer);
  return [...strands.values()].filter(({ root, answers }) => !root.removed || answers.length);
}

/** By time; what I am just saying comes last, whatever my clock says. */
function compare(a: Remark, b: Remark): number {
  const order = Number(!!a.saying) - Number(!!b.saying);
  return order || (a.saying ? compareText(a.created_at, b.created_at) : compareText(a.id, b.id));
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
