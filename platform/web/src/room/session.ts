import { createApi, type Api } from "../api/client";
import type { Event, Me, Photo, Right } from "../api/types";
import type { Boot } from "./boot";
import { Live, type Ending } from "./live";
import { Observable } from "./observable";
import { Members } from "./people/members";
import { RoomStore } from "./store/store";
import { UploadQueue } from "./uploads/queue";

const OLDER_AT_ONCE = 100;

/** One visit to one room: what the screen shows and what it can do. */
export class Session extends Observable {
  readonly me: Me;
  readonly api: Api;
  readonly store: RoomStore;
  readonly members: Members;
  readonly live: Live;
  readonly uploads: UploadQueue;
  ended = false;
  onNews: (events: Event[]) => void = () => {};
  private loading: Promise<void> | null = null;

  constructor({ room, me, photos, csrf }: Boot) {
    super();
    this.me = me;
    this.api = createApi(room.id, csrf);
    this.store = new RoomStore(room, photos);
    this.members = new Members(this.api);
    this.live = new Live({
      url: `${location.origin.replace(/^http/, "ws")}/ws/rooms/${encodeURIComponent(room.id)}`,
      store: this.store,
      api: this.api,
      onEvents: (events) => this.hear(events),
      onSnapshot: () => void this.members.load(),
      onEnd: (ending) => this.end(ending),
    });
    this.uploads = new UploadQueue({
      target: { address: this.api.uploadAddress, csrf },
      onPhoto: (photo) => this.store.merge(photo),
      onSignedOut: () => this.end("signed-out"),
    });
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

  private hear(events: Event[]): void {
    this.members.follow(events);
    for (const event of events) {
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
  location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
}
