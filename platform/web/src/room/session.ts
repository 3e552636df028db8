import { createApi, type Api } from "../api/client";
import { createReading } from "../api/library";
import { createTalk } from "../api/talk";
import type { Comment, CommentEvent, Event, Frame, Me, Photo, Right, WallEvent } from "../api/types";
import type { Boot } from "./boot";
import { tellRefusal } from "./curation";
import { Live, type Ending } from "./live/live";
import { Lookup } from "./lookup";
import { Observable } from "./observable";
import { Outbox } from "./outbox";
import { Members } from "./people/members";
import { Presence } from "./people/presence";
import { RoomStore } from "./store/store";
import { Unread } from "./unread";
import { IncomingUploads } from "./uploads/incoming";
import { Uploads } from "./uploads/uploads";
import { View } from "./view";

/** So many on either side of a photo are there before somebody turns to them. */
const NEIGHBOURS = 20;
/** By then the live line has brought a photo that was just added, unless it is down. */
const PHOTO_PATIENCE = 4_000;

/** One visit to one room: what the screen shows and what it can do. */
export class Session extends Observable {
  readonly me: Me;
  readonly api: Api;
  readonly store: RoomStore;
  readonly view: View;
  readonly lookup: Lookup;
  readonly unread: Unread;
  readonly members: Members;
  readonly presence: Presence;
  readonly live: Live;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly incoming: IncomingUploads;
  ended = false;
  onNews: (events: Event[]) => void = () => {};
  onWall: (state: WallEvent["data"]) => void = () => {};
  /** For whoever shows comments: each that was said or changed, and whether somebody else has just said it. */
  onTalk: (comment: Comment, isNews: boolean) => void = () => {};
  onSnapshot: () => void = () => {};
  /** The photos that are on the screen now. */
  inView: string[] = [];

  constructor({ room, me, photos, csrf }: Boot) {
    super();
    this.me = me;
    this.api = createApi(room.id, csrf);
    const reading = createReading(this.api);
    this.store = new RoomStore(room, photos, me.id);
    this.lookup = new Lookup(reading, this.store);
    this.unread = new Unread(reading, this.store, me.id);
    this.view = new View(reading, this.store, me.id, this.unread.cameWith);
    this.members = new Members(this.api);
    this.presence = new Presence(me.id);
    this.incoming = new IncomingUploads(me, this.api.previewAddress);
    for (const { upload } of photos.items) this.incoming.finish(upload);
    this.live = new Live({
      url: `${location.origin.replace(/^http/, "ws")}/ws/rooms/${encodeURIComponent(room.id)}`,
      me: me.id,
      store: this.store,
      api: { ...this.api, ...reading },
      inView: () => this.inView,
      onFrame: (frame) => this.listen(frame),
      onEvents: (events) => this.hear(events),
      onSnapshot: () => this.startAfresh(),
      onEnd: (ending) => this.end(ending),
    });
    this.outbox = new Outbox({
      api: this.api,
      talk: createTalk(this.api),
      store: this.store,
      me: me.id,
      owner: `${room.id}.${me.id}`,
      onRefused: tellRefusal,
      onComment: (comment) => this.onTalk(comment, false),
      onReactions: (photo, talk) => this.store.takeTalk(photo, talk),
      onSignedOut: () => this.live.doubtSession(),
    });
    this.uploads = new Uploads({
      api: this.api,
      me,
      room: () => this.store.room,
      send: (frame) => this.live.send(frame),
      onOutgoing: (uploads) => this.incoming.takeMine(uploads),
      onSent: (upload, photo) => void this.expect(upload, photo),
      onSignedOut: () => this.live.doubtSession(),
    });
    this.uploads.start();
    this.live.subscribe(() => this.followLine());
    document.addEventListener("visibilitychange", () => this.tellLooking());
  }

  may(right: Right): boolean {
    return this.store.room.rights.includes(right);
  }

  /** Everybody tends their own photos; `curate` tends everybody's. */
  mayTend(photo: Photo): boolean {
    return photo.uploader?.id === this.me.id || this.may("curate");
  }

  /** Fetches the photos around this one, as far as they are not known yet. */
  async reach(id: string): Promise<void> {
    const { ids } = this.view.timeline.columns;
    const at = ids.indexOf(id);
    if (at >= 0) await this.lookup.fetch(ids.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1));
  }

  end(ending: Ending): void {
    if (ending === "signed-out") return goToSignIn();
    if (ending === "somebody-else") return location.reload();
    this.live.stop();
    this.uploads.abandon();
    this.ended = true;
    this.changed();
  }

  private startAfresh(): void {
    if (this.members.list) void this.members.load();
    this.unread.restart();
    this.view.restart();
    this.onSnapshot();
  }

  private listen(frame: Frame): void {
    if (frame.type === "hello") this.greet(frame.read);
    else if (frame.type === "presence") this.presence.take(frame);
    else if (frame.type === "uploads") this.incoming.take(frame);
    else if (frame.type === "read") this.unread.hear(frame.seq);
  }

  /** A new connection takes us for somebody who looks and sends nothing, and has told nothing yet. */
  private greet(read = 0): void {
    this.unread.hear(read);
    this.incoming.forget();
    if (document.hidden) this.tellLooking();
    this.uploads.greet();
  }

  private tellLooking(): void {
    this.live.send({ type: "here", looking: !document.hidden });
  }

  private followLine(): void {
    const { status } = this.live;
    this.uploads.hold(status === "offline");
    this.outbox.hold(status === "offline");
    if (status === "live") {
      this.outbox.retry();
      this.uploads.resume();
    } else if (status === "offline" || status === "reconnecting") {
      this.presence.forget();
      this.incoming.forget();
    }
  }

  private hear(events: Event[]): void {
    this.members.follow(events);
    this.view.follow(events);
    this.unread.follow(events);
    for (const event of events) {
      if (event.kind === "photo.added") this.incoming.finish(event.data.upload);
      if (event.kind === "room.changed") this.uploads.reconsider();
      if (event.kind === "wall.changed") this.onWall(event.data);
      if ("comment" in event.data) this.hearComment(event as CommentEvent);
      if (event.kind === "member.changed" && event.data.user.id === this.me.id) void this.refreshRights();
      if (event.kind === "member.left" && event.data.user.id === this.me.id) this.end("left");
    }
    this.onNews(events);
  }

  private hearComment({ kind, actor, data }: CommentEvent): void {
    this.onTalk(data.comment, kind === "comment.added" && actor?.id !== this.me.id);
  }

  /** The photo of my upload usually comes over the line; when the line is down it is fetched. */
  private async expect(upload: string, photo: string | null): Promise<void> {
    if (!photo || this.store.photos.known(photo)) return this.incoming.finish(upload);
    await new Promise((resolve) => setTimeout(resolve, PHOTO_PATIENCE));
    if (!this.store.photos.known(photo))
      await this.api.photo(photo).then(this.store.merge.bind(this.store), () => undefined);
    this.incoming.finish(upload);
  }

  private async refreshRights(): Promise<void> {
    this.store.describe(await this.api.room());
  }
}

function goToSignIn(): void {
  // Nothing can be sent from here any more, so "Leave site?" has only one answer.
  addEventListener("beforeunload", (leaving) => leaving.stopImmediatePropagation(), { capture: true });
  location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
}
