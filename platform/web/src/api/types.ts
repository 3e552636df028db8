/** The shapes of docs/protocol.md, as the API's own document has them. What a schema cannot say is added below. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Right = Schemas["Right"];
export type PhotoState = Schemas["PhotoState"];
export type Person = Schemas["PersonOut"];
export type Me = Schemas["Me"];
export type Room = Schemas["RoomOut"];
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
export type RoomEvent = Told<"room.changed", Pick<Room, "id" | "name" | "description" | "originals" | "seq">>;
export type Event = PhotoEvent | RemovalEvent | MemberEvent | LeaveEvent | RoomEvent;

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

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
  | { type: "hello"; room: string; you: Person & { role: Role }; seq: number; mode: "resume" | "reset" }
  | { type: "events"; events: Event[] }
  | { type: "presence"; people: Here[]; count: number }
  | { type: "uploads"; uploads: SentUpload[] }
  | { type: "bye"; reason: string };

export type ReportedUpload = { id: string; progress: number; preview?: boolean } & Sketch;

export type ClientFrame = { type: "here"; looking: boolean } | { type: "upload"; uploads: ReportedUpload[] };
