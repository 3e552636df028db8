/** Puts a button into a password field that shows what has been typed. */
export function offerToShow(input: HTMLInputElement): void {
  const box = document.createElement("div");
  const button = document.createElement("button");
  box.className = "password";
  button.type = "button";
  const show = (shown: boolean) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} password`);
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  // A browser remembers text fields for later suggestions, so a password must not be one when it is sent.
  input.form?.addEventListener("submit", () => show(false));
  input.replaceWith(box);
  box.append(input, button);
}
