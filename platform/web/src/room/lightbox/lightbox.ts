import "photoswipe/style.css";
import "./lightbox.css";
import PhotoSwipe from "photoswipe";
import { mount, unmount } from "svelte";
import type { Session } from "../session";
import { quickly } from "../ui/motion";
import { Current } from "./current.svelte";
import Panel from "./Panel.svelte";
import { slideOf, slidesOf } from "./slides";

const PANEL_HEIGHT = 92;
/** Older photos are fetched when so few are left to turn through. */
const NEAR_THE_END = 5;

/** Shows one photo large, and the others by swiping. `onClose` gets the one last looked at. */
export function openLightbox(session: Session, id: string, onClose: (last: string) => void): void {
  const slides = slidesOf(session.store.photos.list);
  const index = slides.findIndex((slide) => slide.id === id);
  if (index < 0) return;

  const current = new Current(id);
  const duration = quickly(260);
  const pswp = new PhotoSwipe({
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
    paddingFn: () => ({ top: 0, bottom: PANEL_HEIGHT, left: 0, right: 0 }),
    closeTitle: "Close",
    zoomTitle: "Zoom",
    arrowPrevTitle: "Previous photo",
    arrowNextTitle: "Next photo",
    errorMsg: "This photo could not be loaded. Please try again in a moment.",
  });

  pswp.addFilter("thumbEl", (_none, { id }) => tileImage(String(id)) as HTMLElement);
  pswp.addFilter("placeholderSrc", (_src, { data }) => data.msrc ?? false);
  pswp.on("keydown", (pressed) => current.editing && pressed.preventDefault());
  pswp.on("uiRegister", () =>
    pswp.ui?.registerElement({
      name: "panel",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (target) => {
        const panel = mount(Panel, { target, props: { session, current } });
        pswp.on("destroy", () => void unmount(panel));
      },
    }),
  );
  pswp.on("change", () => {
    current.id = String(pswp.currSlide?.data.id ?? current.id);
    current.editing = false;
    history.replaceState(history.state, "", `#photo=${current.id}`);
    if (pswp.getNumItems() - pswp.currIndex < NEAR_THE_END) void session.loadOlder().catch(() => undefined);
  });

  const app = document.getElementById("app")!;
  const unsubscribe = session.store.subscribe(() => follow(pswp, session));
  const back = () => pswp.close();

  pswp.on("close", () => app.removeAttribute("inert"));
  pswp.on("destroy", () => {
    unsubscribe();
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

/** Lets removals and older pages reach an open viewer. Newer photos wait until it is opened again. */
function follow(pswp: PhotoSwipe, session: Session): void {
  const slides = pswp.options.dataSource as ReturnType<typeof slidesOf>;
  const photos = session.store.photos;
  const kept = slides.filter(({ id }) => photos.get(String(id)));
  const known = new Set(slides.map(({ id }) => id));
  const last = photos.list.findIndex(({ id }) => id === slides.at(-1)?.id);
  const older = photos.list.slice(last + 1).filter(({ id, state }) => last >= 0 && state === "ready" && !known.has(id));
  if (kept.length === slides.length && !older.length) return;
  if (!kept.length) return pswp.close();
  const removed = kept.length < slides.length;
  const current = String(pswp.currSlide?.data.id);
  const place = slides.slice(0, pswp.currIndex).filter(({ id }) => photos.get(String(id))).length;
  pswp.options.dataSource = [...kept, ...older.map(slideOf)];
  if (removed) redraw(pswp, Math.min(place, pswp.getNumItems() - 1), !photos.get(current));
}

/** PhotoSwipe keeps slides by number. After a removal the numbers mean other photos, so all it kept is forgotten. */
function redraw(pswp: PhotoSwipe, index: number, currentGone: boolean): void {
  const shift = index - pswp.currIndex;
  for (const { index: cached } of [...pswp.contentLoader["_cachedItems"]]) pswp.contentLoader.removeByIndex(cached);
  pswp.currIndex = pswp.potentialIndex = index;
  pswp.mainScroll.itemHolders.forEach((holder, place) => {
    if (place === 1 && !currentGone && !shift) return;
    pswp.setContent(holder, index - 1 + place, true);
    if (place !== 1) return;
    pswp.currSlide = holder.slide;
    holder.slide?.setIsActive(true);
  });
  pswp.dispatch("change");
}

function tileImage(id: string): HTMLElement | null {
  return document.querySelector(`[data-photo="${CSS.escape(id)}"] img`);
}
