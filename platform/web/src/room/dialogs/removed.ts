import { ApiError, explain, type Api } from "../../api/client";
import { createLibrary, type Library } from "../../api/library";
import type { RemovedPhoto } from "../../api/types";
import { Observable } from "../observable";
import type { Session } from "../session";
import type { RoomStore } from "../store/store";
import { toasts } from "../ui/toasts.svelte";

const PAGE = 60;
const LARGEST_PAGE = 200;
const SECOND = 1_000;
/** A slip of the finger can be taken back so long. */
export const GRACE_SECONDS = 5;
/** Changes of the room that come close together are one reason to read the list again. */
const PAUSE = 300;

interface Options {
  library: Pick<Library, "removed" | "deleteForGood">;
  store: RoomStore;
  api: Pick<Api, "restorePhoto">;
  /** Something that was promised could not be done; the list itself may be closed by then. */
  onProblem: (problem: string) => void;
}

/** The photos of a room that were removed and can still be brought back. */
export class RemovedPhotos extends Observable {
  next: string | null = null;
  problem: unknown = null;
  isRead = false;
  private all: RemovedPhoto[] = [];
  private returning = new Set<string>();
  private seconds = new Map<string, number>();
  private clock?: ReturnType<typeof setInterval>;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: Options) {
    super();
  }

  /** Without those that somebody, here or elsewhere, has brought back since they were read. */
  get list(): RemovedPhoto[] {
    const { photos } = this.options.store;
    return this.all.filter(({ id, seq }) => !this.returning.has(id) && (photos.get(id)?.seq ?? -1) < seq);
  }

  /** Seconds until it is deleted for good, 0 while that is being done, null when nobody asked for it. */
  secondsOf(id: string): number | null {
    return this.seconds.get(id) ?? null;
  }

  load(): Promise<void> {
    return this.read(null);
  }

  loadMore(): Promise<void> {
    return this.read(this.next);
  }

  loadSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), PAUSE);
  }

  /** It leaves the list at once, and is there again with a reason if it cannot be brought back. */
  async bringBack({ id }: RemovedPhoto): Promise<void> {
    const { api, store } = this.options;
    this.returning.add(id);
    this.problem = null;
    this.changed();
    try {
      const photo = await api.restorePhoto(id).catch(forgiveAbsence);
      store.reveal(id);
      if (photo) store.merge(photo);
      this.all = this.all.filter((other) => other.id !== id);
    } catch (problem) {
      this.problem = problem;
      this.options.onProblem(`A photo could not be brought back. ${explain(problem)}`);
    }
    this.returning.delete(id);
    this.changed();
  }

  /** Deletes it after a moment in which `keep` takes that back, whether or not somebody still looks at the list. */
  deleteSoon(id: string): void {
    this.seconds.set(id, GRACE_SECONDS);
    this.clock ??= setInterval(() => this.tick(), SECOND);
    this.changed();
  }

  keep(id: string): void {
    this.seconds.delete(id);
    this.changed();
  }

  private tick(): void {
    for (const [id, left] of this.seconds) {
      if (left > 0) this.seconds.set(id, left - 1);
      if (left === 1) void this.deleteNow(id);
    }
    if (![...this.seconds.values()].some((left) => left > 0)) this.stop();
    this.changed();
  }

  private stop(): void {
    clearInterval(this.clock);
    this.clock = undefined;
  }

  private async deleteNow(id: string): Promise<void> {
    try {
      await this.options.library.deleteForGood(id).catch(forgiveAbsence);
      this.all = this.all.filter((photo) => photo.id !== id);
    } catch (problem) {
      this.problem = problem;
      this.options.onProblem(`A photo was not deleted. ${explain(problem)}`);
    }
    this.seconds.delete(id);
    this.changed();
  }

  private async read(before: string | null): Promise<void> {
    try {
      const limit = before ? PAGE : Math.min(LARGEST_PAGE, Math.max(PAGE, this.all.length));
      const page = await this.options.library.removed(before, limit);
      this.all = before ? [...this.all, ...page.items] : page.items;
      this.next = page.next;
      this.isRead = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
    this.changed();
  }
}

const lists = new WeakMap<Session, RemovedPhotos>();

/** One list a visit: what it has promised to delete it knows of when it is opened again, too. */
export function removedOf(session: Session): RemovedPhotos {
  const known = lists.get(session);
  if (known) return known;
  const { api, store } = session;
  const list = new RemovedPhotos({
    library: createLibrary(api),
    store,
    api,
    onProblem: (problem) => toasts.show(problem),
  });
  lists.set(session, list);
  return list;
}

/** Somebody else was quicker: it is back already, or gone. */
function forgiveAbsence(problem: unknown): undefined {
  if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
}
