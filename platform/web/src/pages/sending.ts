/** A second press while the answer is under way must not send a form twice. */
export function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    // Later, because the pressed button's name belongs to what is being sent and a disabled one would not be.
    setTimeout(() => setBusy(form, true));
  });
  // Somebody who comes back finds the page as it was left, with its buttons off.
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => setBusy(form, false)));
}

function setBusy(form: HTMLFormElement, busy: boolean): void {
  form.querySelectorAll<HTMLButtonElement>('button[type="submit"]').forEach((button) => (button.disabled = busy));
}
