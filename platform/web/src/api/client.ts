import type { Invite, JournalPage, KnownPhoto, Member, Page, Photo, Role, Room, UploadList } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** The line is down: no answer came at all. */
export class OfflineError extends Error {
  constructor() {
    super("You seem to be offline. Please try again in a moment.");
  }
}

/** A server that has not answered by then will not: better to hear so and try again. */
const PATIENCE = 30_000;
const TUS = { "Tus-Resumable": "1.0.0" };

export interface NewInvite {
  role?: Role;
  label?: string;
  expires_at?: string | null;
  max_uses?: number | null;
}

export type Api = ReturnType<typeof createApi>;

export function createApi(roomId: string, csrf: string) {
  const room = `/api/v1/rooms/${encodeURIComponent(roomId)}`;

  /** The body goes out as JSON, a blob as it is. */
  async function send<Answer>(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { Accept: "application/json", ...more };
    if (method !== "GET") headers["X-CSRFToken"] = csrf;
    if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type : "application/json";
    const { ok, status, text } = await ask(room + path, {
      method,
      headers,
      body: body === undefined || body instanceof Blob ? (body ?? null) : JSON.stringify(body),
      credentials: "same-origin",
      keepalive: method === "PUT" && path === "/read", // it may be sent while the page is left
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!ok) throw readError(status, text);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }

  const get = <Answer>(path: string) => send<Answer>("GET", path);
  const at = (id: string) => encodeURIComponent(id);

  return {
    csrf,
    /** For calls that are at home in another file; `path` begins after the room's address. */
    send,
    uploadsAddress: `${location.origin}${room}/uploads`,
    /** What others see of an upload until its photo is there. */
    previewAddress: (upload: string) => `/media/${at(roomId)}/uploads/${at(upload)}/preview`,
    uploads: () => get<UploadList>("/uploads"),
    endUpload: (upload: string) => send<void>("DELETE", `/uploads/${at(upload)}`, undefined, TUS),
    showPreview: (upload: string, picture: Blob) => send<void>("PUT", `/uploads/${at(upload)}/preview`, picture),
    /** Which of these SHA-256 sums the room has; at most 200 at once. */
    knownPhotos: (sha256: string[]) => send<Page<KnownPhoto>>("POST", "/photos/known", { sha256 }),
    room: () => get<Room>(""),
    changeRoom: (change: { name?: string; description?: string }) => send<Room>("PATCH", "", change),
    deleteRoom: () => send<void>("DELETE", ""),
    photos: (before: string | null, limit: number) =>
      get<Page<Photo>>(`/photos?limit=${limit}${before ? `&before=${at(before)}` : ""}`),
    photo: (id: string) => get<Photo>(`/photos/${at(id)}`),
    changePhoto: (id: string, change: { caption?: string; alt?: string }) =>
      send<Photo>("PATCH", `/photos/${at(id)}`, change),
    removePhoto: (id: string) => send<void>("DELETE", `/photos/${at(id)}`),
    restorePhoto: (id: string) => send<Photo | undefined>("POST", `/photos/${at(id)}/restore`),
    events: (after: number) => get<JournalPage>(`/events?after=${after}&limit=500`),
    members: () => get<Page<Member>>("/members"),
    changeMember: (id: string, role: Role) => send<Member>("PATCH", `/members/${at(id)}`, { role }),
    removeMember: (id: string) => send<void>("DELETE", `/members/${at(id)}`),
    invites: () => get<Page<Invite>>("/invites"),
    makeInvite: (invite: NewInvite) => send<Invite>("POST", "/invites", invite),
    revokeInvite: (id: string) => send<void>("DELETE", `/invites/${at(id)}`),
  };
}

async function ask(address: string, request: RequestInit): Promise<{ ok: boolean; status: number; text: string }> {
  try {
    const answer = await fetch(address, request);
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch {
    throw new OfflineError();
  }
}

/** Reads the error out of any answer, also one from a proxy that is not JSON. */
export function readError(status: number, text: string): ApiError {
  try {
    const { code, message, field } = JSON.parse(text).error;
    if (code === "csrf") return new ApiError(status, code, "You have signed in again since. Please reload this page.");
    return new ApiError(status, String(code), String(message), field);
  } catch {
    return new ApiError(status, "unknown", explainStatus(status));
  }
}

function explainStatus(status: number): string {
  if (status === 413) return "This file is too large for the server.";
  if (status === 429) return "That was a bit fast. Please wait a moment and try again.";
  if (status >= 500) return "The server is having trouble. Please try again in a moment.";
  return "That did not work. Please reload the page and try again.";
}

export function explain(problem: unknown): string {
  return problem instanceof Error ? problem.message : explainStatus(0);
}
