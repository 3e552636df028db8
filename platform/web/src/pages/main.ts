import "../styles/pages.css";
import { offerToShow } from "./passwords";
import { sendOnce } from "./sending";

document.querySelectorAll<HTMLInputElement>('input[type="password"]').forEach(offerToShow);
sendOnce();
document.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')?.focus();
