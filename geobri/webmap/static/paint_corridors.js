/* Corridors as crisp strokes: the weak under the strong, the top quarter with a halo. */
import { alphaOf, classColours, classOf, crowding, widthOf } from "./scale.js";

const HALO_FROM = 0.75;
const HALO_WIDTH = 1.6;
const MISSING_WIDTH = 0.7;
const MISSING_ALPHA = 0.4;
const WORLDS = [-2, -1, 0, 1, 2]; /* an arc may run half a world beyond its own copy */

/** Copies of the world in which an arc can be seen. */
function copiesOf(arcs, i, view) {
  const box = arcs.box;
  if (box[4 * i + 1] > view.south || box[4 * i + 3] < view.north) return [];
  return WORLDS.filter((k) => box[4 * i] + k <= view.east && box[4 * i + 2] + k >= view.west);
}

function addArc(context, arcs, i, view, k) {
  const { xs, ys, start } = arcs;
  const dx = k * view.scale - view.x0;
  for (let v = start[i]; v < start[i + 1]; v += 1) {
    const x = xs[v] * view.scale + dx;
    const y = ys[v] * view.scale - view.y0;
    if (v === start[i]) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}

function strokeArc(context, arcs, i, view) {
  const copies = copiesOf(arcs, i, view);
  if (copies.length === 0) return;
  context.beginPath();
  for (const k of copies) addArc(context, arcs, i, view, k);
  context.stroke();
}

function paintOne(context, view, model, look, i) {
  const strength = look.measure.strength[i];
  if (Number.isNaN(strength)) {
    context.globalAlpha = look.alpha * MISSING_ALPHA;
    context.strokeStyle = look.tones.neutral;
    context.lineWidth = MISSING_WIDTH * Math.max(0.6, look.thin);
    strokeArc(context, model.arcs, i, view);
    return;
  }
  const width = widthOf(strength, look.thin);
  if (strength >= HALO_FROM && look.thin === 1) {
    context.globalAlpha = 1;
    context.strokeStyle = look.tones.halo;
    context.lineWidth = width + 2 * HALO_WIDTH;
    strokeArc(context, model.arcs, i, view);
  }
  context.globalAlpha = alphaOf(strength, look);
  context.strokeStyle = look.colours[classOf(strength)];
  context.lineWidth = width;
  strokeArc(context, model.arcs, i, view);
}

/** How the lines look: one record for painting, legend and export. */
function makeLook(measure, theme, tones, { shown, known }) {
  return { measure, tones, colours: classColours(theme), ...crowding(shown, known) };
}

/** rows: strongest first. `faint` (0..1) lets all of them step back behind a selection. */
function paintStrokes(context, view, model, look, rows, faint) {
  context.save();
  context.lineCap = "round";
  context.lineJoin = "round";
  const shade = { ...look, alpha: look.alpha * (faint || 1) };
  for (let r = rows.length - 1; r >= 0; r -= 1) paintOne(context, view, model, shade, rows[r]);
  context.restore();
}

/** Corridors that the reader points at or has selected, over everything else. */
function paintMarked(context, view, model, look, rows) {
  context.save();
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const i of rows) {
    const strength = look.measure.strength[i];
    const known = !Number.isNaN(strength);
    const width = Math.max(2, known ? widthOf(strength, 1) : 0);
    context.strokeStyle = look.tones.halo;
    context.lineWidth = width + 7;
    strokeArc(context, model.arcs, i, view);
    context.strokeStyle = look.tones.accent;
    context.lineWidth = width + 3.5;
    strokeArc(context, model.arcs, i, view);
    context.strokeStyle = known ? look.colours[classOf(strength)] : look.tones.neutral;
    context.lineWidth = width;
    strokeArc(context, model.arcs, i, view);
  }
  context.restore();
}

export { makeLook, paintStrokes, paintMarked, copiesOf, MISSING_WIDTH };
