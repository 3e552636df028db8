import type { Api } from "../../api/client";
import type { Event, Member } from "../../api/types";
import { Observable } from "../observable";

const PAUSE = 300;

/** The people of the room. Once somebody wanted to see them: read again (soon, and once for many) when they change. */
export class Members extends Observable {
  list: Member[] | null = null;
  problem: unknown = null;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly api: Pick<Api, "members">) {
    super();
  }

  async load(): Promise<void> {
    try {
      this.list = (await this.api.members()).items;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
    this.changed();
  }

  follow(events: Event[]): void {
    if (!this.list || !events.some(({ kind }) => kind.startsWith("member."))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), PAUSE);
  }
}
