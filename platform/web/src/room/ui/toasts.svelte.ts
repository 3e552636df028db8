interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const PLAIN_STAY = 4_000;
/** Undo must be reachable for slow hands and screen readers too. */
const ACTION_STAY = 10_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  private count = 0;

  show(text: string, action?: Toast["action"]): void {
    const id = ++this.count;
    this.list = [...this.list, { id, text, action }].slice(-3);
    setTimeout(() => this.dismiss(id), action ? ACTION_STAY : PLAIN_STAY);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
