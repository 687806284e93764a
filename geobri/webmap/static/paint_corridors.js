/* Corridors as crisp strokes: the weak under the strong, the top quarter with a halo. */
import { EVERYWHERE, WORLDS, piecesOf, pointAlong } from "./geometry.js";
import { CRISP, alphaOf, classColours, crowding, widthOf } from "./scale.js";

const HALO_FROM = 0.75;
const HALO_WIDTH = 1.6;
const THIN = 2;
const MISSING_WIDTH = 0.7;
const MISSING_ALPHA = 0.4;

/** Copies of the world in which an arc can be seen. */
function copiesOf(arcs, i, view) {
  const box = arcs.box;
  if (box[4 * i + 1] > view.south || box[4 * i + 3] < view.north) return [];
  return WORLDS.filter((k) => box[4 * i] + k <= view.east && box[4 * i + 2] + k >= view.west);
}

const BETWEEN = 0.75; /* from the middle of a directed pair to the rim of its line */
const ARROW_AT = 0.6;
const ARROWS_UP_TO = 600;
const FLAT_PX = 24; /* shorter lines get no arrow */

/** How far a line lies to the right of its great circle: only where its pair has a line in each direction. */
const offsetOf = (model, measure, i, width) => (model.opposite[i] < 0 || measure.folded ? 0 : width / 2 + BETWEEN);

/** The rows that are drawn one by one: all of a sparse map, the strongest of a dense one. */
const crispRows = (app) => (app.asks.isDense() ? app.now.shown.rows.subarray(0, CRISP) : app.now.shown.rows);

/** Smooth pieces of an arc near a view; those of a whole world stay the same through all filters, and are kept for its scale. */
function smoothPieces(arcs, i, view, k) {
  if (!view.isWhole) return piecesOf(arcs, i, [view.west - k, view.north, view.east - k, view.south], view.scale);
  if (!arcs.smooth || arcs.smooth.scale !== view.scale) arcs.smooth = { scale: view.scale, pieces: new Map() };
  const { pieces } = arcs.smooth;
  if (!pieces.has(i)) pieces.set(i, piecesOf(arcs, i, EVERYWHERE, view.scale));
  return pieces.get(i);
}

/** An arc on copy k of the world as lists of pixels, x and y in turn. */
function pathsOf(arcs, i, view, k) {
  const dx = k * view.scale - view.x0;
  if (view.scale > arcs.smoothTo) {
    return smoothPieces(arcs, i, view, k).map((piece) => piece.map((value, n) => (n % 2 ? value * view.scale - view.y0 : value * view.scale + dx)));
  }
  const path = [];
  for (let v = arcs.start[i]; v < arcs.start[i + 1]; v += 1) path.push(arcs.xs[v] * view.scale + dx, arcs.ys[v] * view.scale - view.y0);
  return [path];
}

/** The same path, moved to the right of its direction by some pixels. */
function shift(path, pixels) {
  if (pixels === 0) return path;
  const moved = new Array(path.length);
  const last = path.length - 2;
  for (let n = 0; n <= last; n += 2) {
    const [from, to] = [Math.max(0, n - 2), Math.min(last, n + 2)];
    const [dx, dy] = [path[to] - path[from], path[to + 1] - path[from + 1]];
    const length = Math.hypot(dx, dy) || 1;
    moved[n] = path[n] - (dy / length) * pixels;
    moved[n + 1] = path[n + 1] + (dx / length) * pixels;
  }
  return moved;
}

function strokeArc(context, model, look, i, view, width) {
  const copies = copiesOf(model.arcs, i, view);
  if (copies.length === 0) return;
  const pixels = offsetOf(model, look.measure, i, width);
  context.beginPath();
  for (const k of copies) {
    for (const found of pathsOf(model.arcs, i, view, k)) {
      const path = shift(found, pixels);
      context.moveTo(path[0], path[1]);
      for (let n = 2; n < path.length; n += 2) context.lineTo(path[n], path[n + 1]);
    }
  }
  context.stroke();
}

/** A half arrow on the outer side of a directed line, a little past its middle. */
function paintArrow(context, model, look, i, view, width) {
  const { arcs } = model;
  const span = Math.hypot(...[0, 1].map((axis) => {
    const line = axis ? arcs.ys : arcs.xs;
    return (line[arcs.start[i + 1] - 1] - line[arcs.start[i]]) * view.scale;
  }));
  if (span < FLAT_PX) return;
  const size = 4 + 1.5 * width;
  for (const k of copiesOf(arcs, i, view)) {
    const [x, y, dx, dy] = pointAlong(arcs, i, ARROW_AT, view.scale);
    const pixels = offsetOf(model, look.measure, i, width) + width / 2;
    const [px, py] = [x * view.scale + k * view.scale - view.x0 - dy * pixels, y * view.scale - view.y0 + dx * pixels];
    context.beginPath();
    context.moveTo(px + dx * size, py + dy * size);
    context.lineTo(px - dx * size * 0.4 - dy * size * 0.8, py - dy * size * 0.4 + dx * size * 0.8);
    context.lineTo(px - dx * size * 0.4, py - dy * size * 0.4);
    context.closePath();
    context.fill();
  }
}

/** The colour of a row with a value: that of its type where lines are coloured by types, else of its class. */
const strokeOf = (look, i) => (look.colouring ? look.colouring(i) : look.colours[look.measure.scale.classOf(look.measure.numbers[i])]);

/** Width of a line in pixels, as it is drawn and pointed at; of one whose value is not known, or is nothing, a thin one. */
const lineWidth = (strength, thin) => (Number.isNaN(strength) ? MISSING_WIDTH * Math.max(0.6, thin) : widthOf(strength, thin));

/** Colour, width and opacity of the line of row i; a value that is not known, or is nothing, is thin and grey. */
function lookOfLine(look, i) {
  const strength = look.measure.strength[i];
  const width = lineWidth(strength, look.thin);
  if (Number.isNaN(strength)) return { strength, stroke: look.tones.neutral, width, alpha: look.alpha * MISSING_ALPHA };
  return { strength, stroke: strokeOf(look, i), width, alpha: alphaOf(strength, look) };
}

/** Round joins and ends cost most of the time of a thin line, and cannot be seen on it. */
function joinLines(context, width) {
  context.lineCap = width < THIN ? "butt" : "round";
  context.lineJoin = width < THIN ? "bevel" : "round";
}

function paintOne(context, view, model, look, i) {
  const { strength, stroke, width, alpha } = lookOfLine(look, i);
  joinLines(context, width);
  if (strength >= HALO_FROM && look.thin === 1) {
    context.globalAlpha = 1;
    context.strokeStyle = look.tones.halo;
    context.lineWidth = width + 2 * HALO_WIDTH;
    strokeArc(context, model, look, i, view, width);
  }
  context.globalAlpha = alpha;
  context.strokeStyle = stroke;
  context.lineWidth = width;
  strokeArc(context, model, look, i, view, width);
  if (look.arrows && !Number.isNaN(strength)) {
    context.fillStyle = stroke;
    paintArrow(context, model, look, i, view, width);
  }
}

const THICK_PX = 2.5; /* lines that a name should not lie over */
const MOST_THICK = 60;
const EVERY_PX = 6; /* shorter than a letter is high, so that no name slips between two boxes */

/** Boxes along the thick lines that are seen, for names to keep clear of. `rows`: strongest, and so thickest, first. */
function boxThickLines(model, look, rows, view) {
  const [left, top, right, bottom] = view.inner;
  const boxes = [];
  for (let r = 0; r < Math.min(rows.length, MOST_THICK); r += 1) {
    const { width } = lookOfLine(look, rows[r]);
    if (width < THICK_PX) break;
    const paths = copiesOf(model.arcs, rows[r], view).flatMap((k) => pathsOf(model.arcs, rows[r], view, k));
    for (const path of paths.map((one) => shift(one, offsetOf(model, look.measure, rows[r], width)))) {
      for (let n = 2; n < path.length; n += 2) {
        const [x0, y0, x1, y1] = [path[n - 2], path[n - 1], path[n], path[n + 1]];
        if (Math.max(x0, x1) < left || Math.min(x0, x1) > right || Math.max(y0, y1) < top || Math.min(y0, y1) > bottom) continue;
        const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / EVERY_PX);
        for (let s = 0; s < steps; s += 1) {
          const [x, y] = [x0 + ((x1 - x0) * s) / steps, y0 + ((y1 - y0) * s) / steps];
          boxes.push([x - width / 2, y - width / 2, x + width / 2, y + width / 2]);
        }
      }
    }
  }
  return boxes;
}

/** How the lines look: one record for painting, legend and export. */
function makeLook(measure, theme, tones, { shown, known }, colouring = null) {
  return { measure, tones, colouring, colours: classColours(measure.scale, theme), ...crowding(shown, known) };
}

/** Nothing is drawn beyond the edges of the map: what leaves over a pole ends there. */
function clipToWorld(context, view) {
  context.beginPath();
  context.rect(0, -view.y0, view.width, view.scale);
  context.clip();
}

/** rows: strongest first. `faint` (0..1) lets all of them step back behind a selection. */
function paintStrokes(context, view, model, look, rows, faint) {
  context.save();
  clipToWorld(context, view);
  const shade = { ...look, alpha: look.alpha * (faint || 1), arrows: model.directed && rows.length <= ARROWS_UP_TO };
  for (let r = rows.length - 1; r >= 0; r -= 1) paintOne(context, view, model, shade, rows[r]);
  context.restore();
}

/** Corridors that the reader points at or has selected, over everything else. */
function paintMarked(context, view, model, look, rows) {
  context.save();
  clipToWorld(context, view);
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const i of rows) {
    const strength = look.measure.strength[i];
    const known = !Number.isNaN(strength);
    const width = Math.max(2, known ? widthOf(strength, 1) : 0);
    context.strokeStyle = look.tones.halo;
    context.lineWidth = width + 7;
    strokeArc(context, model, look, i, view, width);
    context.strokeStyle = look.tones.accent;
    context.lineWidth = width + 3.5;
    strokeArc(context, model, look, i, view, width);
    context.strokeStyle = known ? strokeOf(look, i) : look.tones.neutral;
    context.lineWidth = width;
    strokeArc(context, model, look, i, view, width);
  }
  context.restore();
}

export { makeLook, boxThickLines, lineWidth, lookOfLine, paintStrokes, paintMarked, clipToWorld, crispRows, offsetOf, copiesOf, pathsOf, shift };
