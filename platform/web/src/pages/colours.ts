/** Gives each room its colour. A `style` attribute is not allowed, a script from here is. */
export function colour(element: HTMLElement): void {
  element.style.setProperty("--room", element.dataset.colour!);
}
