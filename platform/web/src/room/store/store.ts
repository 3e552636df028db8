import type { Event, Page, Photo, Room } from "../../api/types";
import { Observable } from "../observable";
import type { Change } from "./pending";
import { Photos } from "./photos";

/** The state of one room as this page knows it. It follows the two rules of docs/protocol.md, "Merging". */
export class RoomStore extends Observable {
  readonly photos = new Photos();
  room: Room;

  /** The number of the newest event applied. */
  seq: number;

  constructor(room: Room, page: Page<Photo>) {
    super();
    this.room = room;
    this.seq = room.seq;
    this.photos.restart(room.seq, [page]);
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

  /** Replaces everything by a fresh snapshot, whose pages were read after `room`. */
  restart(room: Room, pages: Page<Photo>[]): void {
    this.room = room;
    this.seq = room.seq;
    this.photos.restart(room.seq, pages);
    this.changed();
  }

  extend(page: Page<Photo>, generation: number): void {
    this.photos.extend(page, generation);
    this.changed();
  }

  merge(photo: Photo): void {
    this.photos.merge(photo);
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

  /** Takes what is not counted from an answer. Counts stay: they belong to the number of the last event applied. */
  describe({ name, description, originals, role, rights }: Room): void {
    this.room = { ...this.room, name, description, originals, role, rights };
    this.changed();
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
        return this.photos.merge(event.data);
      case "photo.failed":
      case "photo.ready":
      case "photo.changed":
        return this.photos.merge(event.data);
      case "member.joined":
        return this.count("members", +1);
      case "member.left":
        return this.count("members", -1);
      case "room.changed":
        this.room = { ...this.room, ...event.data };
    }
  }

  private count(what: "photos" | "members", by: number): void {
    this.room = { ...this.room, [what]: Math.max(0, this.room[what] + by) };
  }
}
