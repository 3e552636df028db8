import type { Row, Tile } from "./layout";

/** The tile an arrow key leads to, or null when the key means nothing here. */
export function tileAfter(key: string, from: Tile, rows: Row[]): Tile | null {
  const lines = rows.filter((row) => row.tiles.length);
  const all = () => lines.flatMap((row) => row.tiles);
  if (key === "ArrowRight") return all()[from.index + 1] ?? null;
  if (key === "ArrowLeft") return all()[from.index - 1] ?? null;
  if (key === "Home") return lines[0]?.tiles[0] ?? null;
  if (key === "End") return lines.at(-1)?.tiles.at(-1) ?? null;
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const line = lines.findIndex((row) => row.tiles.some((tile) => tile.photo.id === from.photo.id));
  const target = lines[line + (key === "ArrowDown" ? 1 : -1)];
  return target ? nearest(target.tiles, from.left + from.width / 2) : null;
}

function nearest(tiles: Tile[], x: number): Tile {
  const distance = (tile: Tile) => Math.abs(tile.left + tile.width / 2 - x);
  return tiles.reduce((best, tile) => (distance(tile) < distance(best) ? tile : best));
}
