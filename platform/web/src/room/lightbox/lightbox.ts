import "photoswipe/style.css";
import "./lightbox.css";
import PhotoSwipe from "photoswipe";
import { addressOf } from "./addresses";
import type { Session } from "../session";
import { Threads } from "../talk/threads";
import { quickly } from "../ui/motion";
import { Current, recallSheet, rememberSheet, type Sheet } from "./current.svelte";
import Heart from "./Heart.svelte";
import { isTaken } from "./keys";
import More from "./More.svelte";
import Motion from "./Motion.svelte";
import News from "./News.svelte";
import Panel from "./Panel.svelte";
import { isSettled, renewSlides } from "./renewal";
import SheetView from "./Sheet.svelte";
import { Slides } from "./slides";
import { surround, type Part } from "./surroundings";

/** Milliseconds after which an unsettled viewer is looked at again. */
const PAUSE = 100;
const PARTS: Part[] = [
  { name: "heart", component: Heart, order: 8 },
  { name: "more", component: More, order: 9 },
  { name: "motion", component: Motion },
  { name: "panel", component: Panel },
  { name: "sheet", component: SheetView },
  { name: "news", component: News },
];

/** Shows one photo large, and the others by swiping. `onClose` gets the one last looked at. */
export function openLightbox(
  session: Session,
  id: string,
  onClose: (last: string) => void,
  beside: Sheet = recallSheet(),
): void {
  const current = new Current(id);
  const { room, photos } = session.store;
  const timeline = () => session.view.timeline;
  const slides = new Slides({ room: room.id, photos, timeline, isMoving: (photo) => current.isMoving(photo) });
  slides.renew(id);
  const index = slides.ids.indexOf(id);
  if (index < 0) return;

  const duration = quickly(260);
  const pswp: PhotoSwipe = new PhotoSwipe({
    index,
    loop: false,
    bgOpacity: 1,
    returnFocus: false,
    trapFocus: false,
    showAnimationDuration: duration,
    hideAnimationDuration: duration,
    zoomAnimationDuration: duration,
    wheelToZoom: true,
    paddingFn: () => ({ top: 0, left: 0, ...coveredBy(pswp, current) }),
    closeTitle: "Close",
    zoomTitle: "Zoom",
    arrowPrevTitle: "Previous photo",
    arrowNextTitle: "Next photo",
    errorMsg: "This photo could not be loaded. Please try again in a moment.",
  });
  pswp.addFilter("numItems", () => slides.ids.length);
  pswp.addFilter("itemData", (_none, index) => slides.at(index));
  pswp.addFilter("thumbEl", (_none, { id }) => tileImage(String(id)) as HTMLElement);
  pswp.addFilter("placeholderSrc", (_src, { data }) => data.msrc ?? false);

  const shift = () => {
    pswp.element?.classList.add("pswp--shifting");
    setTimeout(() => pswp.element?.classList.remove("pswp--shifting"), duration);
    pswp.updateSize(true);
  };
  const showSheet = (sheet: Sheet) => {
    pswp.element?.classList.toggle("pswp--sheet", sheet !== ""); // first: what is hidden by it cannot get the focus
    current.sheet = sheet;
    rememberSheet(sheet);
    requestAnimationFrame(shift); // once the sheet is there, or gone
  };
  const setHeight = (height: string, settled: boolean) => {
    pswp.element?.style.setProperty("--sheet-height", height);
    if (settled) shift();
  };

  const threads = new Threads(session);
  pswp.on("keydown", (pressed) => {
    if (isTaken(pressed.originalEvent, current, showSheet)) pressed.preventDefault();
  });
  pswp.on("uiRegister", () => {
    const props = { session, current, threads, onsheet: showSheet, onheight: setHeight };
    for (const part of PARTS) surround(pswp, part, props);
  });
  pswp.on("change", () => {
    const now = slides.ids[pswp.currIndex] ?? current.id;
    if (now !== current.id) current.editing = false;
    current.id = now;
    history.replaceState(history.state, "", addressOf(now, location));
    void session.reach(now).catch(() => undefined);
  });

  const app = document.getElementById("app")!;
  const unfollow = follow(pswp, session, current, slides);
  const back = () => pswp.close();

  pswp.on("close", () => app.removeAttribute("inert"));
  pswp.on("destroy", () => {
    unfollow();
    threads.stop();
    removeEventListener("popstate", back);
    if (history.state?.photo) history.back();
    onClose(current.id);
  });

  enterHistory(id);
  addEventListener("popstate", back);
  app.setAttribute("inert", "");
  pswp.init();
  pswp.element?.setAttribute("aria-label", "Photo");
  pswp.element?.focus();
  if (beside) showSheet(beside);
}

/** One step back leads to the room; after a reload, or going forward, that step is there already. */
function enterHistory(id: string): void {
  if (history.state?.photo) return;
  history.replaceState(history.state, "", addressOf(null, location));
  history.pushState({ photo: true }, "", addressOf(id, location));
}

/** Lets everything that happens in the room reach the open viewer: photos come, turn ready, move or stand still, and go. */
function follow(pswp: PhotoSwipe, session: Session, current: Current, slides: Slides): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = () => {
    clearTimeout(timer);
    if (pswp.isDestroying) return;
    if (isSettled(pswp)) renewSlides(pswp, slides, current.id);
    else timer = setTimeout(update, PAUSE);
  };
  const unsubscribes = [session.store.subscribe(update), session.view.subscribe(update)];
  current.onmotion = update;
  return () => {
    clearTimeout(timer);
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}

/** Pixels that the photo leaves free: for the words under it, or for the sheet beside or under it. */
function coveredBy({ element }: PhotoSwipe, { sheet }: Current): { right: number; bottom: number } {
  if (!element) return { right: 0, bottom: 0 };
  const words = parseFloat(getComputedStyle(element).getPropertyValue("--panel-height"));
  const box = sheet && element.querySelector(".pswp__sheet")?.getBoundingClientRect();
  if (!box) return { right: 0, bottom: words };
  return box.left > 0 ? { right: box.width, bottom: words } : { right: 0, bottom: box.height };
}

function tileImage(id: string): HTMLElement | null {
  return document.querySelector(`[data-photo="${CSS.escape(id)}"] img`);
}
