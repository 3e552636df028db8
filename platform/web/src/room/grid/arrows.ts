import type { Layout, Tile } from "./layout";

/** The tile an arrow key leads to, or null when the key means nothing here. */
export function tileAfter(key: string, from: Tile, layout: Layout): Tile | null {
  const last = layout.content.columns.ids.length - 1;
  if (key === "ArrowRight") return layout.tileAt(from.index + 1);
  if (key === "ArrowLeft") return layout.tileAt(from.index - 1);
  if (key === "Home") return from.index === 0 ? null : layout.tileAt(0);
  if (key === "End") return from.index === last ? null : layout.tileAt(last);
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const step = key === "ArrowDown" ? 1 : -1;
  const { rows } = layout;
  for (let row = rows.indexOf(layout.rowOf(from.index)!) + step; rows[row]; row += step) {
    const tiles = layout.tilesOf(rows[row]!);
    if (tiles.length) return nearest(tiles, from.left + from.width / 2);
  }
  return null;
}

function nearest(tiles: Tile[], x: number): Tile {
  const distance = (tile: Tile) => Math.abs(tile.left + tile.width / 2 - x);
  return tiles.reduce((best, tile) => (distance(tile) < distance(best) ? tile : best));
}
