/** The locks that the tabs of one browser share. A tab that is closed lets go of its own. */
export class FakeLocks {
  private held = new Map<string, FakeTab>();
  private waiting: { name: string; tab: FakeTab; start: () => void }[] = [];

  /** What `navigator.locks` is in a new tab. */
  tab(): FakeTab {
    return new FakeTab(this);
  }

  take(name: string, tab: FakeTab): Promise<void> {
    return new Promise((start) => {
      this.waiting.push({ name, tab, start });
      this.serve();
    });
  }

  free(name: string): void {
    this.held.delete(name);
    this.serve();
  }

  close(tab: FakeTab): void {
    this.waiting = this.waiting.filter((one) => one.tab !== tab);
    for (const [name, holder] of [...this.held]) if (holder === tab) this.free(name);
  }

  names(): string[] {
    return [...this.held.keys()];
  }

  private serve(): void {
    for (const one of [...this.waiting]) {
      if (this.held.has(one.name)) continue;
      this.waiting = this.waiting.filter((other) => other !== one);
      this.held.set(one.name, one.tab);
      one.start();
    }
  }
}

class FakeTab {
  constructor(private readonly locks: FakeLocks) {}

  async request<Result>(name: string, ...rest: unknown[]): Promise<Result> {
    await this.locks.take(name, this);
    try {
      return await (rest.at(-1) as () => Promise<Result>)();
    } finally {
      this.locks.free(name);
    }
  }

  async query(): Promise<LockManagerSnapshot> {
    return { held: this.locks.names().map((name) => ({ name })), pending: [] };
  }

  close(): void {
    this.locks.close(this);
  }
}
