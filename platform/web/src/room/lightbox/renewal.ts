import type PhotoSwipe from "photoswipe";
import type { Slides } from "./slides";

type Content = PhotoSwipe["contentLoader"]["_cachedItems"][number];

/** While it opens, or a finger moves it, the viewer must be left alone. */
export function isSettled({ opener, mainScroll }: PhotoSwipe): boolean {
  return opener.isOpen && !mainScroll.isShifted();
}

/** Gives an open viewer the slides of now. The photo in view stays as it is; if it went away, the next older one takes its place. */
export function renewSlides(pswp: PhotoSwipe, slides: Slides, current: string): void {
  const old = slides.ids;
  slides.renew(current);
  if (!slides.ids.length) return pswp.close();
  for (const content of pswp.contentLoader["_cachedItems"]) {
    Object.assign(content.data, slides.draw(String(content.data.id)));
    resize(content);
    void renewPicture(content);
  }
  if (old !== slides.ids && !isSameOrder(old, slides.ids)) {
    renumber(pswp, slides, placeAfter(old.slice(pswp.currIndex), slides.ids));
  }
}

function isSameOrder(old: string[], ids: string[]): boolean {
  return old.length === ids.length && old.every((id, place) => ids[place] === id);
}

/** Where the first of these that is left stands now. */
export function placeAfter(wished: string[], ids: string[]): number {
  const places = new Map(ids.map((id, place) => [id, place]));
  const left = wished.find((id) => places.has(id));
  return left !== undefined ? places.get(left)! : ids.length - 1;
}

/** PhotoSwipe keeps everything by number, and the numbers have changed. What is still in its place is not touched. */
function renumber(pswp: PhotoSwipe, { ids }: Slides, index: number): void {
  const places = new Map(ids.map((id, place) => [id, place]));
  const loader = pswp.contentLoader;
  loader["_cachedItems"] = loader["_cachedItems"].filter(({ data }) => places.has(data.id));
  for (const content of loader["_cachedItems"]) content.index = places.get(content.data.id)!;
  pswp.currIndex = pswp.potentialIndex = index;

  const holders = pswp.mainScroll.itemHolders.map((holder, place) => ({ holder, number: index - 1 + place }));
  for (const { holder, number } of holders) {
    if (!holder.slide) continue;
    if (holder.slide.data.id === ids[number]) {
      holder.slide.index = number;
    } else {
      holder.slide.destroy();
      holder.slide = undefined;
    }
  }
  // Only now: a picture can be in one place at a time, and one that moves over must have left its old place.
  for (const { holder, number } of holders) if (!holder.slide) pswp.setContent(holder, number);
  pswp.currSlide = pswp.mainScroll.itemHolders[1]?.slide;
  pswp.currSlide?.setIsActive(true);
  pswp.dispatch("change");
}

/** The true size takes the place of the one that was worked out from the shape. */
function resize(content: Content): void {
  const { data, slide } = content;
  const [width, height] = [data.width ?? content.width, data.height ?? content.height];
  if (width === content.width && height === content.height) return;
  [content.width, content.height] = [width, height];
  if (!slide) return;
  [slide.width, slide.height] = [width, height];
  slide.resize();
}

/** Shows what the slide's address says by now, as soon as it is here; until then, and if it fails, what was there before. */
async function renewPicture({ element, data }: Content): Promise<void> {
  if (!(element instanceof HTMLImageElement) || !element.src) return;
  element.alt = data.alt ?? "";
  const src = data.src!;
  if (element.getAttribute("src") === src || element.dataset.coming === src) return;
  element.dataset.coming = src;
  const next = new Image();
  next.src = src;
  const arrived = await next.decode().then(
    () => true,
    () => false,
  );
  delete element.dataset.coming;
  if (arrived && data.src === src) element.src = src;
}
