import { createApi, type Api } from "../api/client";
import type { Event, Frame, Me, Photo, Right } from "../api/types";
import type { Boot } from "./boot";
import { tellRefusal } from "./curation";
import { Live, type Ending } from "./live/live";
import { Observable } from "./observable";
import { Outbox } from "./outbox";
import { Members } from "./people/members";
import { Presence } from "./people/presence";
import { RoomStore } from "./store/store";
import { IncomingUploads } from "./uploads/incoming";
import { UploadQueue } from "./uploads/queue";
import { UploadReport } from "./uploads/report";

const OLDER_AT_ONCE = 100;

/** One visit to one room: what the screen shows and what it can do. */
export class Session extends Observable {
  readonly me: Me;
  readonly api: Api;
  readonly store: RoomStore;
  readonly members: Members;
  readonly presence: Presence;
  readonly live: Live;
  readonly outbox: Outbox;
  readonly uploads: UploadQueue;
  readonly incoming: IncomingUploads;
  private readonly report: UploadReport;
  ended = false;
  onNews: (events: Event[]) => void = () => {};
  private loading: Promise<void> | null = null;

  constructor({ room, me, photos, csrf }: Boot) {
    super();
    this.me = me;
    this.api = createApi(room.id, csrf);
    this.store = new RoomStore(room, photos);
    this.members = new Members(this.api);
    this.presence = new Presence(me.id);
    this.incoming = new IncomingUploads(me.id);
    this.live = new Live({
      url: `${location.origin.replace(/^http/, "ws")}/ws/rooms/${encodeURIComponent(room.id)}`,
      me: me.id,
      store: this.store,
      api: this.api,
      onFrame: (frame) => this.listen(frame),
      onEvents: (events) => this.hear(events),
      onSnapshot: () => void (this.members.list && this.members.load()),
      onEnd: (ending) => this.end(ending),
    });
    this.outbox = new Outbox({
      api: this.api,
      store: this.store,
      owner: `${room.id}.${me.id}`,
      onRefused: tellRefusal,
      onSignedOut: () => this.live.doubtSession(),
    });
    this.uploads = new UploadQueue({
      target: { address: this.api.uploadAddress, csrf },
      onPhoto: (photo) => this.store.merge(photo),
      onSignedOut: () => this.live.doubtSession(),
    });
    this.report = new UploadReport({
      queue: this.uploads,
      send: (frame) => this.live.send(frame),
      mayUpload: () => this.may("upload"),
    });
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

  /** Reads the next older page; asked twice at once, it reads one. */
  loadOlder(): Promise<void> {
    return (this.loading ??= this.readOlder().finally(() => (this.loading = null)));
  }

  end(ending: Ending): void {
    if (ending === "signed-out") return goToSignIn();
    if (ending === "somebody-else") return location.reload();
    this.live.stop();
    this.ended = true;
    this.changed();
  }

  private async readOlder(): Promise<void> {
    const { photos } = this.store;
    if (photos.next === null) return;
    const { generation } = photos;
    this.store.extend(await this.api.photos(photos.next, OLDER_AT_ONCE), generation);
  }

  private listen(frame: Frame): void {
    if (frame.type === "hello") this.greet();
    else if (frame.type === "presence") this.presence.take(frame);
    else if (frame.type === "uploads") this.incoming.take(frame);
  }

  /** A new connection takes us for somebody who looks and sends nothing, and has told nothing yet. */
  private greet(): void {
    this.incoming.forget();
    if (document.hidden) this.tellLooking();
    this.report.restart();
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
    for (const event of events) {
      if (event.kind === "photo.added") this.incoming.arrive(event.data);
      if (event.kind === "member.changed" && event.data.user.id === this.me.id) void this.refreshRights();
      if (event.kind === "member.left" && event.data.user.id === this.me.id) this.end("left");
    }
    this.onNews(events);
  }

  private async refreshRights(): Promise<void> {
    this.store.describe(await this.api.room());
  }
}

function goToSignIn(): void {
  // Nothing can be sent from here any more, so "Leave site?" has only one answer.
  addEventListener("beforeunload", (leaving) => leaving.stopImmediatePropagation(), { capture: true });
  location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
}
