/** Milliseconds that one photo stays. */
const STAY = 4_500;
/** More bars than this would be hairs; then each stands for several photos. */
const MOST_BARS = 40;

/** Where a story is, and its clock. It stands still while it is paused or held, and for who asked for less motion. */
export class Play {
  at = $state(0);
  isOver = $state(false);
  paused = $state(matchMedia("(prefers-reduced-motion: reduce)").matches);
  /** How much of the photo's time has passed, from 0 to 1. */
  private passed = $state(0);
  private held = false;
  private running = false;
  private frame = 0;
  private last = 0;

  constructor(private readonly count: number) {}

  /** How full each progress bar is. */
  get bars(): number[] {
    const bars = Math.min(this.count, MOST_BARS);
    const done = ((this.at + this.passed) / this.count) * bars;
    return Array.from({ length: bars }, (_, bar) => Math.min(1, Math.max(0, done - bar)));
  }

  /** Time passes only while there is something to see. */
  run(running: boolean): void {
    this.running = running;
    cancelAnimationFrame(this.frame);
    this.last = 0;
    if (running) this.frame = requestAnimationFrame(this.tick);
  }

  step(by: number): void {
    this.passed = 0;
    const next = this.at + by;
    if (next >= this.count) this.isOver = true;
    else this.at = Math.max(0, next);
  }

  hold(held: boolean): void {
    this.held = held;
  }

  toggle(): void {
    this.paused = !this.paused;
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  private tick = (now: number): void => {
    const since = this.last ? now - this.last : 0;
    this.last = now;
    if (!this.held && !this.paused && !document.hidden) this.passed += since / STAY;
    if (this.passed >= 1) this.step(1);
    if (this.running && !this.isOver) this.frame = requestAnimationFrame(this.tick);
  };
}
