import type { Event, Page, Photo, Room, Talk } from "../../api/types";
import { Observable } from "../observable";
import { indexOfPages, type Index } from "./columns";
import type { Change } from "./pending";
import { Photos } from "./photos";
import { TalkBook } from "./talk";

/** The state of one room as this page knows it. It follows the two rules of docs/protocol.md, "Merging". */
export class RoomStore extends Observable {
  readonly photos = new Photos();
  readonly talk: TalkBook;
  room: Room;

  /** The number of the newest event applied. */
  seq: number;

  /** The number up to which I have seen what others added, on any device. */
  read: number;

  /** The photos that were added while this page was open. */
  readonly arrived = new Set<string>();

  constructor(room: Room, page: Page<Photo>, me = "") {
    super();
    this.talk = new TalkBook(me);
    this.room = room;
    this.seq = room.seq;
    this.read = room.read_seq;
    this.begin([page], null);
  }

  /** Applies the events that come next, in order. Returns false at a gap: then the journal must be read first. */
  apply(events: Event[]): boolean {
    let whole = true;
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      if (event.seq > this.seq + 1) {
        whole = false;
        break;
      }
      this.applyOne(event);
      this.seq = event.seq;
    }
    this.changed();
    return whole;
  }

  /** Replaces everything by a fresh snapshot: `room` was read first, then the pages, and the index if they are not all. */
  restart(room: Room, pages: Page<Photo>[], index: Index | null = null): void {
    this.room = room;
    this.seq = room.seq;
    this.markRead(room.read_seq);
    this.talk.clear();
    this.begin(pages, index);
    this.changed();
  }

  /** Takes the list of all photos of the room. One that was asked for before the latest snapshot is dropped. */
  takeIndex(index: Index, generation: number): void {
    if (generation !== this.photos.generation) return;
    this.photos.takeIndex(index);
    this.changed();
  }

  /** Whether a photo and the talk about it are known. Events tell of the first, and of changes of the second. */
  knows(id: string): boolean {
    return this.photos.known(id) !== undefined && this.talk.knows(id);
  }

  /** Takes the states of photos that were asked for. */
  extend(photos: Photo[], generation: number): void {
    if (generation !== this.photos.generation) return;
    this.photos.extend(photos, generation);
    this.hearTalk(photos);
    this.changed();
  }

  merge(photo: Photo): void {
    this.photos.merge(photo);
    if (photo.talk && (this.talk.knows(photo.id) || !this.photos.isLate(photo.talk.seq))) this.hearTalk([photo]);
    this.changed();
  }

  /** Takes what an answer says about a photo's comments and reactions. */
  takeTalk(photo: string, talk: Talk): void {
    this.talk.take(photo, talk);
    this.changed();
  }

  hide(id: string): void {
    this.photos.hide(id);
    this.changed();
  }

  reveal(id: string): void {
    this.photos.reveal(id);
    this.changed();
  }

  plan(changes: Change[]): void {
    this.photos.plan(changes);
    this.changed();
  }

  markRead(seq: number): void {
    if (seq <= this.read) return;
    this.read = seq;
    this.changed();
  }

  /** Takes what is not counted from an answer. Counts stay: they belong to the number of the last event applied. */
  describe(room: Room): void {
    const { seq, members, photos } = this.room;
    this.room = { ...room, seq, members, photos };
    this.changed();
  }

  private begin(pages: Page<Photo>[], index: Index | null): void {
    const photos = pages.flatMap(({ items }) => items);
    this.photos.restart(photos, index ?? indexOfPages(pages, this.room.seq));
    this.hearTalk(photos);
  }

  private hearTalk(photos: Photo[]): void {
    for (const { id, talk } of photos) if (talk) this.talk.take(id, talk);
  }

  private applyOne(event: Event): void {
    switch (event.kind) {
      case "photo.removed":
        this.count("photos", -1);
        return this.photos.remove(event.data.id, event.seq);
      case "photo.restored":
        // What its answer told already does not count again: it may have been hidden anew since.
        if ((this.photos.known(event.data.id)?.seq ?? 0) < event.seq) this.photos.reveal(event.data.id);
        this.count("photos", +1);
        return this.photos.merge(event.data);
      case "photo.added":
        this.count("photos", +1);
        this.arrived.add(event.data.id);
        this.talk.begin(event.data.id);
        return this.photos.merge(event.data);
      case "photo.failed":
      case "photo.ready":
      case "photo.changed":
        return this.photos.merge(event.data);
      case "comment.added":
      case "comment.changed":
      case "comment.removed":
      case "comment.restored":
      case "reaction.added":
      case "reaction.removed":
        return this.talk.apply(event);
      case "member.joined":
        return this.count("members", +1);
      case "member.left":
        return this.count("members", -1);
      case "room.changed":
        this.room = { ...this.room, ...event.data };
        this.followTalk();
    }
  }

  /** Everybody may talk while the room has it so, and nobody while it has not. */
  private followTalk(): void {
    const rights = this.room.rights.filter((right) => right !== "talk");
    this.room = { ...this.room, rights: this.room.talk ? [...rights, "talk"] : rights };
  }

  private count(what: "photos" | "members", by: number): void {
    this.room = { ...this.room, [what]: Math.max(0, this.room[what] + by) };
  }
}
