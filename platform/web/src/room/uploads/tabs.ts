import { makeId } from "./upload";

const lockOf = (tab: string) => `salon-tab-${tab}`;

/**
 * Which of this browser's tabs are open, told by a lock that each holds for as long as it lives. Pages that came by plain HTTP
 * have no locks: there each tab takes itself for the only one, and the server sees to it that nothing is added twice.
 */
export class Tab {
  readonly id = makeId();
  private readonly held: Promise<void>;

  constructor(private readonly locks: LockManager | undefined = navigator.locks) {
    this.held = new Promise((resolve) => {
      if (!locks) return resolve();
      const forever = () => (resolve(), new Promise<never>(() => undefined));
      locks.request(lockOf(this.id), forever).catch(() => resolve());
    });
  }

  /** Runs while no other tab runs the same, so that two tabs do not take over the same upload. `others` are open. */
  async alone<Result>(run: (isOpen: (tab: string) => boolean) => Promise<Result>): Promise<Result> {
    await this.held;
    const { locks } = this;
    if (!locks) return run(() => false);
    return locks.request("salon-uploads", async () => {
      const names = new Set((await locks.query()).held?.map(({ name }) => name));
      return run((tab) => names.has(lockOf(tab)));
    });
  }

  /** Resolves when that tab is closed. */
  async closes(tab: string): Promise<void> {
    await this.locks?.request(lockOf(tab), { mode: "shared" }, () => undefined);
  }
}
