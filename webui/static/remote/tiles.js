// What of a picture has changed, in squares of TILE pixels, and which rectangles cover them.
export const TILE = 64;
const MOST_RECTS = 24;

export const gridOf = (width, height) => ({ columns: Math.ceil(width / TILE), rows: Math.ceil(height / TILE) });

// The numbers of the tiles in which two pictures (Uint32Array, a word a pixel) differ.
export const changed = (before, now, width, height) => {
  const { columns, rows } = gridOf(width, height);
  const found = [];
  for (let row = 0; row < rows; row += 1) {
    const bottom = Math.min(height, (row + 1) * TILE);
    for (let column = 0; column < columns; column += 1) {
      const [left, right] = [column * TILE, Math.min(width, (column + 1) * TILE)];
      if (differs(before, now, width, left, right, row * TILE, bottom)) found.push(row * columns + column);
    }
  }
  return found;
};
const differs = (before, now, width, left, right, top, bottom) => {
  for (let y = top; y < bottom; y += 1) {
    const end = y * width + right;
    for (let at = y * width + left; at < end; at += 1) if (before[at] !== now[at]) return true;
  }
  return false;
};

// Few rectangles that cover these tiles: rows of neighbours, put together where they are equally wide; one for all
// when that makes too many, as each is a picture of its own to the viewer.
export const covering = (tiles, width, height) => {
  const { columns } = gridOf(width, height);
  const runs = [];
  for (const tile of [...tiles].sort((a, b) => a - b)) {
    const [row, column] = [Math.floor(tile / columns), tile % columns];
    const last = runs.at(-1);
    if (last && last.bottom === row && last.right === column - 1) last.right = column;
    else runs.push({ left: column, right: column, top: row, bottom: row });
  }
  let rects = [];
  for (const run of runs) {
    const above = rects.find((one) => one.left === run.left && one.right === run.right && one.bottom === run.top - 1);
    if (above) above.bottom = run.bottom;
    else rects.push(run);
  }
  if (rects.length > MOST_RECTS) {
    const most = (name) => Math.max(...rects.map((one) => one[name]));
    const least = (name) => Math.min(...rects.map((one) => one[name]));
    rects = [{ left: least("left"), right: most("right"), top: least("top"), bottom: most("bottom") }];
  }
  return rects.map(({ left, right, top, bottom }) => {
    const [x, y] = [left * TILE, top * TILE];
    return { x, y, width: Math.min(width, (right + 1) * TILE) - x, height: Math.min(height, (bottom + 1) * TILE) - y };
  });
};
