import type { SlideData } from "photoswipe";
import type { Photo } from "../../api/types";
import type { Photos } from "../store/photos";
import { ASPECTS } from "../store/ratio";
import type { Timeline } from "../store/timeline";

/** The long edge of the largest derivative, as the server makes it. */
const VIEW_EDGE = 2016;

interface Source {
  room: string;
  photos: Photos;
  timeline: () => Timeline;
  isMoving: (id: string) => boolean;
}

/** What a viewer can turn through: all photos that the room shows now, in the same order, whether or not more is known of them. */
export class Slides {
  ids: string[] = [];
  private made = new Map<string, SlideData>();

  constructor(private readonly source: Source) {}

  /** Takes the order of now. `current` stays in its place as long as the room has it, also when a filter does not. */
  renew(current: string): void {
    const { ids } = this.source.timeline().columns;
    if (ids.includes(current) || !this.source.photos.get(current)) this.ids = ids;
    else if (!this.isAround(ids, current)) this.ids = ids.toSpliced(this.placeOf(current, ids), 0, current);
  }

  /** The same object for the same photo. */
  at(index: number): SlideData {
    const id = this.ids[index];
    if (id === undefined) return {};
    const known = this.made.get(id);
    if (known) return known;
    const made = this.draw(id);
    this.made.set(id, made);
    return made;
  }

  /** How a photo is shown now; one of which only the shape is known, by that. */
  draw(id: string): SlideData {
    const photo = this.source.photos.get(id);
    return photo ? slideOf(photo, this.source.isMoving(id)) : this.sketch(id);
  }

  private sketch(id: string): SlideData {
    const { columns } = this.source.timeline();
    const aspect = ASPECTS[columns.ratios[columns.ids.indexOf(id)] ?? 128]!;
    const src = `/media/${encodeURIComponent(this.source.room)}/${id}/grid`;
    const [width, height] = [Math.min(1, aspect), Math.min(1, 1 / aspect)].map((share) =>
      Math.round(VIEW_EDGE * share),
    );
    return { id, src, msrc: src, width, height, alt: "", thumbCropped: true };
  }

  /** Whether this is how it is already: nothing must move while nothing has changed. */
  private isAround(ids: string[], current: string): boolean {
    const at = this.ids.indexOf(current);
    if (at < 0 || this.ids.length !== ids.length + 1) return false;
    return ids.every((id, place) => this.ids[place < at ? place : place + 1] === id);
  }

  /** Where it stood; one that was not there belongs below what is known so far. */
  private placeOf(current: string, ids: string[]): number {
    const at = this.ids.indexOf(current);
    if (at >= 0) return Math.min(at, ids.length);
    return this.source.timeline().index.end === null ? 0 : ids.length;
  }
}

/** A photo that is not ready, or stands still, is shown as in the grid. The address changes with that, and so the picture. */
export function slideOf(photo: Photo, isMoving: boolean): SlideData {
  const { id, media, width, height, alt, caption } = photo;
  const scale = Math.min(1, VIEW_EDGE / Math.max(width, height));
  return {
    id,
    src: photo.state === "ready" && (isMoving || !photo.animated) ? media.view : media.grid,
    msrc: media.grid,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
    alt: alt || caption,
    thumbCropped: true,
  };
}
