/** The shapes of docs/protocol.md, as the API's own document has them. What a schema cannot say is added below. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Right = Schemas["Right"];
export type PhotoState = Schemas["PhotoState"];
export type Person = Schemas["PersonOut"];
export type Me = Schemas["Me"];
export type Room = Schemas["RoomOut"];
/** `talk` is null in events, which are the same for everybody. */
export type Photo = Schemas["PhotoOut"];
export type Originals = Schemas["Originals"];
export type Details = Schemas["DetailsOut"];
export type Camera = Schemas["CameraOut"];
export type Place = Schemas["PlaceOut"];
export type Archive = Schemas["ArchiveOut"];
export type RemovedPhoto = Schemas["RemovedOut"];
export type UploadList = Schemas["UploadList"];
export type KnownPhoto = Schemas["Known"];
export type Member = Schemas["MemberOut"];
export type Invite = Schemas["InviteOut"];

export type Talk = Schemas["TalkOut"];
export type Comment = Schemas["CommentOut"];
export type GivenReaction = Schemas["ReactionOut"];
export type Report = Schemas["ReportOut"];

interface Told<Kind extends string, Data> {
  seq: number;
  kind: Kind;
  at: string;
  actor: Person | null;
  data: Data;
}

export type PhotoEvent = Told<
  "photo.added" | "photo.ready" | "photo.failed" | "photo.changed" | "photo.restored",
  Photo
>;
export type RemovalEvent = Told<"photo.removed", { id: string }>;
export type MemberEvent = Told<"member.joined" | "member.changed", Member>;
export type LeaveEvent = Told<"member.left", { id: string; user: Person }>;
export type RoomEvent = Told<
  "room.changed",
  Pick<Room, "id" | "name" | "description" | "originals" | "seq" | "talk" | "cover" | "cover_photo" | "colour">
>;
type Counted = { photo: string; comments: number; reactions: Record<string, number> };
export type CommentEvent = Told<
  "comment.added" | "comment.changed" | "comment.removed" | "comment.restored",
  Counted & { comment: Comment }
>;
export type ReactionEvent = Told<"reaction.added" | "reaction.removed", Counted & { emoji: string }>;
export type WallEvent = Told<"wall.changed", Schemas["WallOut"]>;
export type Event =
  PhotoEvent | RemovalEvent | MemberEvent | LeaveEvent | RoomEvent | CommentEvent | ReactionEvent | WallEvent;

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** Which photos an index is to have, and in which order. */
export interface Wanted {
  sort: "added" | "taken";
  by: string | null;
  unseen: number | null;
  favourites: boolean;
  q: string;
}

/** All photos that match, as columns; `users` are the names of those who added some. */
export type IndexAnswer = Schemas["IndexOut"];

export interface JournalPage {
  events: Event[];
  seq: number;
  reset: boolean;
}

export interface Here extends Person {
  /** Whether at least one of this person's tabs is visible. */
  looking: boolean;
}

/** What a browser knows of a picture before the server has it. */
export interface Sketch {
  thumbhash?: string;
  width?: number;
  height?: number;
}

export interface SentUpload {
  user: Person;
  /** The `upload` of the photo that will come of it. */
  id: string;
  /** From 0 to 1. */
  progress: number;
  thumbhash: string | null;
  width: number | null;
  height: number | null;
  /** Whether there is a small picture of it to show meanwhile. */
  preview: boolean;
}

export type Frame =
  | { type: "hello"; room: string; you: Person & { role: Role }; seq: number; mode: "resume" | "reset"; read?: number }
  | { type: "events"; events: Event[] }
  | { type: "presence"; people: Here[]; count: number }
  | { type: "uploads"; uploads: SentUpload[] }
  | { type: "read"; seq: number }
  | { type: "wall"; seq: number }
  | { type: "bye"; reason: string };

export type ReportedUpload = { id: string; progress: number; preview?: boolean } & Sketch;

export type ClientFrame = { type: "here"; looking: boolean } | { type: "upload"; uploads: ReportedUpload[] };
