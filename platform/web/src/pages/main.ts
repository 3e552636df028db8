import "../styles/pages.css";
import { colour } from "./colours";
import { offerToShow } from "./passwords";
import { sendOnce } from "./sending";

document.querySelectorAll<HTMLElement>("[data-colour]").forEach(colour);
document.querySelectorAll<HTMLInputElement>('input[type="password"]').forEach(offerToShow);
sendOnce();
document.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')?.focus();

const code = document.querySelector<HTMLElement>("[data-code]");
if (code) {
  const { offerToPrint, showCode } = await import("./card");
  showCode(code);
  document.querySelectorAll<HTMLElement>("[data-print]").forEach(offerToPrint);
}
