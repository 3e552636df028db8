import type PhotoSwipe from "photoswipe";
import type { SlideData } from "photoswipe";

type Content = PhotoSwipe["contentLoader"]["_cachedItems"][number];

/** While it opens, or a finger moves it, the viewer must be left alone. */
export function isSettled({ opener, mainScroll }: PhotoSwipe): boolean {
  return opener.isOpen && !mainScroll.isShifted();
}

/** Gives an open viewer the slides of now. The photo in view stays as it is; if it went away, the next older one takes its place. */
export function renewSlides(pswp: PhotoSwipe, fresh: SlideData[]): void {
  const old = pswp.options.dataSource as SlideData[];
  const known = new Map(old.map((slide) => [slide.id, slide]));
  const slides = fresh.map((slide) => Object.assign(known.get(slide.id) ?? {}, slide));
  if (!slides.length) return pswp.close();
  pswp.options.dataSource = slides;
  for (const content of pswp.contentLoader["_cachedItems"]) void renewPicture(content);
  if (!isSameOrder(old, slides)) renumber(pswp, placeAfter(old.slice(pswp.currIndex), slides));
}

function isSameOrder(old: SlideData[], slides: SlideData[]): boolean {
  return old.length === slides.length && old.every(({ id }, place) => slides[place]!.id === id);
}

/** Where the first of these that is left stands now. */
export function placeAfter(wished: SlideData[], slides: SlideData[]): number {
  const places = new Map(slides.map(({ id }, place) => [id, place]));
  const left = wished.find(({ id }) => places.has(id));
  return left ? places.get(left.id)! : slides.length - 1;
}

/** PhotoSwipe keeps everything by number, and the numbers have changed. What is still in its place is not touched. */
function renumber(pswp: PhotoSwipe, index: number): void {
  const slides = pswp.options.dataSource as SlideData[];
  const places = new Map(slides.map(({ id }, place) => [id, place]));
  const loader = pswp.contentLoader;
  loader["_cachedItems"] = loader["_cachedItems"].filter(({ data }) => places.has(data.id));
  for (const content of loader["_cachedItems"]) content.index = places.get(content.data.id)!;
  pswp.currIndex = pswp.potentialIndex = index;

  const holders = pswp.mainScroll.itemHolders.map((holder, place) => ({ holder, number: index - 1 + place }));
  for (const { holder, number } of holders) {
    if (!holder.slide) continue;
    if (holder.slide.data.id === slides[number]?.id) {
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
