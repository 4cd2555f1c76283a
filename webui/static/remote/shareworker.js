// Beside the page that shares a screen: its clock (a page behind other windows has none that runs), what of the
// screen has changed, and the pictures of that. Nothing is encoded before a viewer is there to be sent it.
import { changed, covering, gridOf } from "./tiles.js";

const QUICK_MS = 66;
const CALM_MS = 250;
const CALM_AFTER_MS = 2000;
const MEND_AFTER_MS = 400; // a still picture is sent again without loss
const MOST_MENDED = 48; // tiles at once

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
const viewers = new Map(); // number: { dirty, lossy: tiles, changedAt }
let picture = null;
let changedAt = 0;

const everyTile = () => {
  const { columns, rows } = gridOf(canvas.width, canvas.height);
  return Array.from({ length: columns * rows }, (_, tile) => tile);
};
const look = (bitmap) => {
  const { width, height } = bitmap;
  const isOther = width !== canvas.width || height !== canvas.height || !picture;
  if (isOther) [canvas.width, canvas.height] = [width, height];
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const now = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const tiles = isOther ? everyTile() : changed(picture, now, width, height);
  picture = now;
  if (tiles.length) changedAt = performance.now();
  for (const viewer of viewers.values()) {
    if (isOther) {
      viewer.dirty.clear();
      viewer.lossy.clear();
    }
    for (const tile of tiles) viewer.dirty.add(tile);
  }
  postMessage({ kind: "looked", width, height });
};

const picturesOf = (tiles, isPng, quality) => {
  const rects = covering(tiles, canvas.width, canvas.height);
  return Promise.all(
    rects.map(async (rect) => {
      const cut = new OffscreenCanvas(rect.width, rect.height);
      cut.getContext("2d", { alpha: false }).drawImage(canvas, -rect.x, -rect.y);
      const blob = await cut.convertToBlob(isPng ? { type: "image/png" } : { type: "image/jpeg", quality });
      return { ...rect, isPng, bytes: new Uint8Array(await blob.arrayBuffer()) };
    }),
  );
};
const give = async ({ viewer: number, quality, readsPng, wantsAll }) => {
  const viewer = viewers.get(number);
  if (!viewer || !picture) {
    postMessage({ kind: "update", viewer: number, parts: [] });
    return;
  }
  if (wantsAll) viewer.dirty = new Set(everyTile());
  let tiles = [...viewer.dirty];
  const mends = !tiles.length && readsPng && performance.now() - changedAt > MEND_AFTER_MS;
  if (mends) tiles = [...viewer.lossy].slice(0, MOST_MENDED);
  for (const tile of tiles) {
    viewer.dirty.delete(tile);
    if (mends) viewer.lossy.delete(tile);
    else viewer.lossy.add(tile);
  }
  const { width, height } = canvas;
  const parts = tiles.length ? await picturesOf(tiles, mends, quality) : [];
  postMessage({ kind: "update", viewer: number, width, height, parts }, parts.map(({ bytes }) => bytes.buffer));
};

onmessage = ({ data }) => {
  if (data.kind === "frame") look(data.bitmap);
  else if (data.kind === "give") give(data);
  else if (data.kind === "join") viewers.set(data.viewer, { dirty: new Set(picture ? everyTile() : []), lossy: new Set() });
  else if (data.kind === "leave") viewers.delete(data.viewer);
};

const tick = () => {
  postMessage({ kind: "tick" });
  setTimeout(tick, performance.now() - changedAt > CALM_AFTER_MS ? CALM_MS : QUICK_MS);
};
tick();
