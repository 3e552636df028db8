import "photoswipe/style.css";
import "./lightbox.css";
import PhotoSwipe from "photoswipe";
import { mount, unmount, type Component } from "svelte";
import type { Session } from "../session";
import { quickly } from "../ui/motion";
import { Current } from "./current.svelte";
import Details from "./Details.svelte";
import Motion from "./Motion.svelte";
import Panel from "./Panel.svelte";
import { isSettled, renewSlides } from "./renewal";
import { slidesOf } from "./slides";

/** Older photos are fetched when so few are left to turn through. */
const NEAR_THE_END = 5;
/** Milliseconds after which an unsettled viewer is looked at again. */
const PAUSE = 100;

/** What lies around the photo gets this. */
export interface Surroundings {
  session: Session;
  current: Current;
  onshowdetails: (shown: boolean) => void;
}

/** Shows one photo large, and the others by swiping. `onClose` gets the one last looked at. */
export function openLightbox(session: Session, id: string, onClose: (last: string) => void): void {
  const current = new Current(id);
  const slides = slidesOf(session.store.photos.list, current);
  const index = slides.findIndex((slide) => slide.id === id);
  if (index < 0) return;

  const duration = quickly(260);
  const pswp: PhotoSwipe = new PhotoSwipe({
    dataSource: slides,
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

  const showDetails = (shown: boolean) => {
    current.details = shown;
    pswp.element?.classList.toggle("pswp--details", shown);
    pswp.element?.classList.add("pswp--shifting");
    setTimeout(() => pswp.element?.classList.remove("pswp--shifting"), duration);
    pswp.updateSize(true);
  };

  pswp.addFilter("thumbEl", (_none, { id }) => tileImage(String(id)) as HTMLElement);
  pswp.addFilter("placeholderSrc", (_src, { data }) => data.msrc ?? false);
  pswp.on("keydown", (pressed) => {
    if (isTaken(pressed.originalEvent, current, showDetails)) pressed.preventDefault();
  });
  pswp.on("uiRegister", () => {
    const props = { session, current, onshowdetails: showDetails };
    surround(pswp, "motion", Motion, props);
    surround(pswp, "panel", Panel, props);
    surround(pswp, "details", Details, props);
  });
  pswp.on("change", () => {
    const now = String(pswp.currSlide?.data.id ?? current.id);
    if (now !== current.id) current.editing = false;
    current.id = now;
    history.replaceState(history.state, "", `#photo=${now}`);
    if (pswp.getNumItems() - pswp.currIndex < NEAR_THE_END) void session.loadOlder().catch(() => undefined);
  });

  const app = document.getElementById("app")!;
  const unfollow = follow(pswp, session, current);
  const back = () => pswp.close();

  pswp.on("close", () => app.removeAttribute("inert"));
  pswp.on("destroy", () => {
    unfollow();
    removeEventListener("popstate", back);
    if (history.state?.photo) history.back();
    onClose(current.id);
  });

  if (location.hash) history.replaceState(null, "", location.pathname);
  history.pushState({ photo: true }, "", `#photo=${id}`);
  addEventListener("popstate", back);
  app.setAttribute("inert", "");
  pswp.init();
  pswp.element?.setAttribute("aria-label", "Photo");
  pswp.element?.focus();
}

/** Lets everything that happens in the room reach the open viewer: photos come, turn ready, move or stand still, and go. */
function follow(pswp: PhotoSwipe, session: Session, current: Current): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = () => {
    clearTimeout(timer);
    if (pswp.isDestroying) return;
    if (isSettled(pswp)) renewSlides(pswp, slidesOf(session.store.photos.list, current));
    else timer = setTimeout(update, PAUSE);
  };
  const unsubscribe = session.store.subscribe(update);
  current.onmotion = update;
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

/** What somebody types is not for the viewer, and the details have their own keys. */
function isTaken({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent, current: Current, show: Show): boolean {
  if (current.editing) return true;
  if (ctrlKey || metaKey || altKey) return false;
  const isLeaving = key === "Escape" && current.details;
  if (isLeaving || key.toLowerCase() === "i") {
    show(!current.details);
    return true;
  }
  const scrolls = key === "ArrowUp" || key === "ArrowDown";
  return scrolls && target instanceof Element && target.closest(".pswp__details") !== null;
}

type Show = Surroundings["onshowdetails"];

/** Pixels that the photo leaves free: for the words under it, or for the details beside or under it. */
function coveredBy({ element }: PhotoSwipe, { details }: Current): { right: number; bottom: number } {
  if (!element) return { right: 0, bottom: 0 };
  const words = parseFloat(getComputedStyle(element).getPropertyValue("--panel-height"));
  const sheet = details && element.querySelector(".pswp__details")?.getBoundingClientRect();
  if (!sheet) return { right: 0, bottom: words };
  return sheet.left > 0 ? { right: sheet.width, bottom: words } : { right: 0, bottom: sheet.height };
}

function surround(pswp: PhotoSwipe, name: string, part: Component<Surroundings>, props: Surroundings): void {
  pswp.ui?.registerElement({
    name,
    order: 9,
    isButton: false,
    appendTo: "root",
    onInit: (target) => {
      const mounted = mount(part, { target, props });
      pswp.on("destroy", () => void unmount(mounted));
    },
  });
}

function tileImage(id: string): HTMLElement | null {
  return document.querySelector(`[data-photo="${CSS.escape(id)}"] img`);
}
