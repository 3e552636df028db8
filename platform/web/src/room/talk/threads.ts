import { createTalk, type Talking } from "../../api/talk";
import type { Comment } from "../../api/types";
import type { Session } from "../session";
import { Thread } from "./thread";

/** The comments of the photos looked at while the viewer is open; each is read when it is first wanted. */
export class Threads {
  readonly talk: Talking;
  /** Called with what somebody else has just said. */
  onNews: (comment: Comment) => void = () => {};
  private known = new Map<string, Thread>();
  private wanted = "";

  constructor(private readonly session: Session) {
    this.talk = createTalk(session.api);
    session.onTalk = (comment, isNews) => this.hear(comment, isNews);
    session.onSnapshot = () => this.restart();
  }

  of(photo: string): Thread {
    let thread = this.known.get(photo);
    if (!thread) this.known.set(photo, (thread = new Thread(photo, this.talk)));
    return thread;
  }

  /** Has the comments of a photo read, once. */
  want(photo: string): void {
    this.wanted = photo;
    const thread = this.of(photo);
    if (!thread.isRead) void thread.load(this.session.store.seq);
  }

  stop(): void {
    this.session.onTalk = this.session.onSnapshot = () => {};
  }

  private hear(comment: Comment, isNews: boolean): void {
    this.known.get(comment.photo)?.take(comment);
    if (isNews) this.onNews(comment);
  }

  /** The journal does not reach back to what was read: only the comments in view are read again now. */
  private restart(): void {
    for (const photo of this.known.keys()) if (photo !== this.wanted) this.known.delete(photo);
    void this.known.get(this.wanted)?.load(this.session.store.seq);
  }
}
