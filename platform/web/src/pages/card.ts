import { drawCode } from "../room/dialogs/code";

const SVG = "http://www.w3.org/2000/svg";

/** Draws the QR code of the address a box carries. */
export function showCode(box: HTMLElement): void {
  const { size, path } = drawCode(box.dataset.code!);
  const picture = document.createElementNS(SVG, "svg");
  const squares = document.createElementNS(SVG, "path");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", "QR code of the link");
  squares.setAttribute("d", path);
  picture.append(squares);
  box.append(picture);
}

export function offerToPrint(button: HTMLElement): void {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
