/* Many corridors: added line by line into a grid of numbers, in slices that leave the browser free between them. */
import { WORLDS, piecesOf } from "./geometry.js";
import * as Palette from "./palette.js";

const SLICE_MS = 8;
const BATCH = 100;
const CELLS_AT_ONCE = 65536;
const REFINE_FROM = 8192; /* pixels of the world */
const LEVELS = 256;

/** Part [t0, t1] of a segment inside the grid, or null. */
function clip(x0, y0, x1, y1, width, height) {
  let t0 = 0;
  let t1 = 1;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const p = [-dx, dx, -dy, dy];
  const q = [x0, width - 1 - x0, y0, height - 1 - y0];
  for (let edge = 0; edge < 4; edge += 1) {
    if (p[edge] === 0) {
      if (q[edge] < 0) return null;
    } else {
      const t = q[edge] / p[edge];
      if (p[edge] < 0) t0 = Math.max(t0, t);
      else t1 = Math.min(t1, t);
    }
  }
  return t0 < t1 ? [t0, t1] : null;
}

/** One step per pixel along the longer side, in whole numbers of 1/65536; the end belongs to the next segment. */
function addInside(cells, width, ax, ay, bx, by, weight) {
  const dx = bx - ax;
  const dy = by - ay;
  const steps = Math.max(1, Math.ceil(Math.max(dx < 0 ? -dx : dx, dy < 0 ? -dy : dy)));
  const sx = ((dx / steps) * 65536) | 0;
  const sy = ((dy / steps) * 65536) | 0;
  let x = (ax * 65536) | 0;
  let y = (ay * 65536) | 0;
  for (let s = 0; s < steps; s += 1) {
    cells[(y >> 16) * width + (x >> 16)] += weight;
    x += sx;
    y += sy;
  }
}

/** A segment that may leave the grid, or may lie beside it. */
function addSegment(grid, x0, y0, x1, y1, weight) {
  const { cells, width, height } = grid;
  const [right, bottom] = [width - 1, height - 1];
  if ((x0 < 0 && x1 < 0) || (y0 < 0 && y1 < 0) || (x0 > right && x1 > right) || (y0 > bottom && y1 > bottom)) return;
  const part = clip(x0, y0, x1, y1, width, height);
  if (!part) return;
  const [dx, dy] = [x1 - x0, y1 - y0];
  addInside(cells, width, x0 + part[0] * dx, y0 + part[0] * dy, x0 + part[1] * dx, y0 + part[1] * dy, weight);
}

function addArc(grid, arcs, i, view, weight) {
  const { box } = arcs;
  if (box[4 * i + 1] > view.south || box[4 * i + 3] < view.north) return;
  for (const k of WORLDS) {
    if (box[4 * i] + k > view.east || box[4 * i + 2] + k < view.west) continue;
    if (view.scale > REFINE_FROM) addPieces(grid, arcs, i, view, k, weight);
    else addVertices(grid, arcs, i, view, k, weight);
  }
}

/* Numbers only, for this runs millions of times and shall leave nothing behind. */
function addVertices(grid, { xs, ys, start }, i, view, k, weight) {
  const { cells, width } = grid;
  const { scale } = view;
  const [right, bottom] = [width - 1, grid.height - 1];
  const [dx, dy] = [k * scale - view.x0, -view.y0];
  const [first, end] = [start[i], start[i + 1]];
  let x = xs[first] * scale + dx;
  let y = ys[first] * scale + dy;
  let isInside = x >= 0 && y >= 0 && x < right && y < bottom;
  for (let v = first + 1; v < end; v += 1) {
    const nextX = xs[v] * scale + dx;
    const nextY = ys[v] * scale + dy;
    const isNextInside = nextX >= 0 && nextY >= 0 && nextX < right && nextY < bottom;
    if (isInside && isNextInside) addInside(cells, width, x, y, nextX, nextY, weight);
    else if ((ys[v] >= 0 || ys[v - 1] >= 0) && (ys[v] <= 1 || ys[v - 1] <= 1)) addSegment(grid, x, y, nextX, nextY, weight);
    x = nextX;
    y = nextY;
    isInside = isNextInside;
  }
}

/** What can be seen of an arc, along its great circle; where few vertices would leave it. */
function addPieces(grid, arcs, i, view, k, weight) {
  const dx = k * view.scale - view.x0;
  for (const piece of piecesOf(arcs, i, [view.west - k, view.north, view.east - k, view.south], view.scale)) {
    for (let n = 2; n < piece.length; n += 2) {
      addSegment(grid, piece[n - 2] * view.scale + dx, piece[n - 1] * view.scale - view.y0, piece[n] * view.scale + dx, piece[n + 1] * view.scale - view.y0, weight);
    }
  }
}

/** Colour and opacity of each of LEVELS densities. */
function makeLookUp(theme) {
  const look = new Uint8ClampedArray(4 * LEVELS);
  for (let level = 1; level < LEVELS; level += 1) {
    const t = level / (LEVELS - 1);
    look.set([...Palette.ofStrength(t, theme), 255 * Math.min(0.9, 1.25 * t)], 4 * level);
  }
  return new Uint32Array(look.buffer);
}

/** Most and typical density (a little above the median) in the part the reader sees, so that the rest fits to it. */
function describeGrid({ cells, width, inner }) {
  const [left, top, right, bottom] = inner.map(Math.floor);
  const sample = new Float32Array(Math.ceil(((right - left) * (bottom - top)) / 61) + bottom - top);
  let n = 0;
  let most = 0;
  for (let y = top; y < bottom; y += 1) {
    const end = y * width + right;
    for (let c = y * width + left; c < end; c += 1) if (cells[c] > most) most = cells[c];
    for (let c = y * width + left + ((y * 37) % 61); c < end; c += 61) {
      if (cells[c] > 0) {
        sample[n] = cells[c];
        n += 1;
      }
    }
  }
  const sorted = sample.subarray(0, n).sort();
  return { most, typical: n ? sorted[Math.floor(0.65 * n)] : most };
}

/**
 * Colours of all densities: the logarithm of density over the typical one, so that land shows and bundles stand out.
 * The upper half of a number's 32 bits says its size to one part in 128: a table of these is all that a cell needs.
 */
function makeTable({ most, typical }, theme) {
  const table = new Uint32Array(32768);
  if (most === 0) return table;
  const colours = makeLookUp(theme);
  const factor = (LEVELS - 1) / Math.log1p(most / typical);
  const middle = new Float32Array(1);
  const bits = new Uint32Array(middle.buffer);
  for (let half = 1; half < table.length; half += 1) {
    bits[0] = (half << 16) | 0x8000;
    const level = Math.ceil(Math.log1p(middle[0] / typical) * factor);
    table[half] = colours[Math.min(LEVELS - 1, level || 1)];
  }
  return table;
}

/**
 * A picture of a grid, and the work that colours it, in steps.
 * @param {Grid} grid
 * @param {"light" | "dark"} theme
 * @returns {{canvas: HTMLCanvasElement, step: Step}}
 */
function planColours(grid, theme) {
  const { cells, width, height } = grid;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const bits = new Uint32Array(cells.buffer);
  let [table, image, pixels, at] = [null, null, null, 0];
  const step = (until) => {
    if (!table) {
      table = makeTable(describeGrid(grid), theme);
      image = new ImageData(width, height);
      pixels = new Uint32Array(image.data.buffer);
    }
    while (at < bits.length && performance.now() < until) {
      const end = Math.min(bits.length, at + CELLS_AT_ONCE);
      for (; at < end; at += 1) pixels[at] = table[bits[at] >>> 16];
      if (at === bits.length) canvas.getContext("2d").putImageData(image, 0, 0);
    }
    return at >= bits.length;
  };
  return { canvas, step };
}

/** A grid coloured at once. */
function toCanvas(grid, theme) {
  const { canvas, step } = planColours(grid, theme);
  step(Infinity);
  return canvas;
}

/**
 * An empty grid for a view, and a step of the work that fills it, with each row or with every `every`-th; these are as strong as all.
 * @param {{arcs: Arcs}} model
 * @param {ScaledMeasure} measure
 * @param {Uint32Array} rows
 * @param {View} view
 * @param {number} every
 * @returns {{grid: Grid, step: Step}}
 */
function planDensity(model, measure, rows, view, every = 1) {
  const [width, height] = [Math.ceil(view.width), Math.ceil(view.height)];
  const grid = { width, height, inner: view.inner, cells: new Float32Array(width * height) };
  const { arcs } = model;
  const { strength } = measure;
  let at = every >> 1;
  const step = (until) => {
    while (at < rows.length && performance.now() < until) {
      const end = Math.min(rows.length, at + every * BATCH);
      for (; at < end; at += every) {
        const i = rows[at];
        if (!arcs.traced[i]) arcs.traceRow(i);
        addArc(grid, arcs, i, view, Number.isNaN(strength[i]) ? 0.02 : 0.02 + strength[i] * strength[i]);
      }
    }
    return at >= rows.length;
  };
  return { grid, step };
}

/** The densities of `rows` in a view as a picture, at once; it may take a second or two. */
function drawDensity(model, measure, rows, view, theme) {
  const { grid, step } = planDensity(model, measure, rows, view);
  step(Infinity);
  return { grid, view, theme, canvas: toCanvas(grid, theme) };
}

/** Start drawing `rows`, or every `every`-th, for a view; `done(picture)` gets the densities and their colours. The returned function stops the work. */
function startDensity(model, measure, rows, { view, every }, theme, done) {
  const { grid, step } = planDensity(model, measure, rows, view, every);
  let colours = null;
  let stopped = false;
  function slice() {
    if (stopped) return;
    const until = performance.now() + SLICE_MS;
    if (!colours && step(until)) colours = planColours(grid, theme);
    if (colours && colours.step(until)) done({ grid, view, theme, canvas: colours.canvas });
    else nextSlice(slice);
  }
  nextSlice(slice);
  return () => {
    stopped = true;
  };
}

/* A message comes back at once, where timers would wait four milliseconds. */
const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();
function nextSlice(work) {
  waiting.push(work);
  channel.port2.postMessage(0);
}

export { startDensity, drawDensity, toCanvas };
