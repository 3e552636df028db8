import "../styles/pages.css";
import { colour } from "./colours";
import { markSeen, proposeZone } from "./news";
import { offerToShow } from "./passwords";
import { sendOnce } from "./sending";

document.querySelectorAll<HTMLElement>("[data-colour]").forEach(colour);
document.querySelectorAll<HTMLInputElement>('input[type="password"]').forEach(offerToShow);
document.querySelectorAll<HTMLFormElement>("[data-seen]").forEach(markSeen);
document.querySelectorAll<HTMLSelectElement>("[data-zone]").forEach(proposeZone);
sendOnce();
document.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')?.focus();

const code = document.querySelector<HTMLElement>("[data-code]");
if (code) {
  const { offerToPrint, showCode } = await import("./card");
  showCode(code);
  document.querySelectorAll<HTMLElement>("[data-print]").forEach(offerToPrint);
}
