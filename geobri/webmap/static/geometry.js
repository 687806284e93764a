/* The sphere and the Web Mercator world: the whole world is the square 0..1, x to the east, y to the south. */

const RADIAN = Math.PI / 180;
/* One vertex about every two degrees of arc, every four where lines are too many to be looked at one by one. */
const STEP = 2 * RADIAN;
const LONG_STEP = 4 * RADIAN;
const SMOOTH_TO = [4096, 0]; /* pixels of the world up to which these are smooth enough for a line of its own */
const MAX_SINE = 1 - 1e-9; /* arcs over a pole leave the map by its edge, and come back far outside it */
const SMOOTH_PX = 0.5; /* how far a drawn line may leave its great circle */
const WORLDS = [-2, -1, 0, 1, 2]; /* copies from which an arc may reach into a view: it runs up to half a world beyond its own */
const EVERYWHERE = [-Infinity, -Infinity, Infinity, Infinity]; /* a window on all there is */

const worldX = (lon) => (lon + 180) / 360;

function worldYOfSine(sine) {
  const s = Math.max(-MAX_SINE, Math.min(MAX_SINE, sine));
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

const LIMIT = Math.sin(85.05112878 * RADIAN); /* the edge of the square */
const worldY = (lat) => worldYOfSine(Math.max(-LIMIT, Math.min(LIMIT, Math.sin(lat * RADIAN))));

/**
 * @param {number} lon
 * @param {number} lat
 * @returns {Unit}
 */
function toUnit(lon, lat) {
  const c = Math.cos(lat * RADIAN);
  return [c * Math.cos(lon * RADIAN), c * Math.sin(lon * RADIAN), Math.sin(lat * RADIAN)];
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/**
 * Pole of the great circle through a and b; antipodes are joined over the north pole.
 * @param {Unit} a
 * @param {Unit} b
 */
function poleOf(a, b) {
  let n = cross(a, b);
  let length = Math.hypot(n[0], n[1], n[2]);
  if (length < 1e-9) {
    n = cross(a, [0, 0, 1]);
    length = Math.hypot(n[0], n[1], n[2]);
  }
  return length < 1e-12 ? [1, 0, 0] : [n[0] / length, n[1] / length, n[2] / length];
}

/** Half the chord tells the angle as well for neighbours as for antipodes; no lists are made, for there are many pairs. */
function angleOf(a, b) {
  const half = Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2) / 2;
  return half < 0.7 ? 2 * Math.asin(half) : Math.PI - 2 * Math.asin(Math.min(1, Math.sqrt((a[0] + b[0]) ** 2 + (a[1] + b[1]) ** 2 + (a[2] + b[2]) ** 2) / 2));
}

/**
 * Write one arc into xs, ys from position `at`; x runs on past 0 or 1 where the arc crosses 180 degrees,
 * so that the line is never torn.
 */
function traceArc(a, b, n, pole, angle, xs, ys, at) {
  const delta = angle / n;
  const [cosine, sine] = [Math.cos(delta), Math.sin(delta)];
  const turn = 2 * cosine;
  /* Points at equal angles follow p(i + 1) = 2 cos(delta) p(i) - p(i - 1): no sine per vertex. */
  let [px, py, pz] = a;
  let cx = cosine * px + sine * (pole[1] * pz - pole[2] * py);
  let cy = cosine * py + sine * (pole[2] * px - pole[0] * pz);
  let cz = cosine * pz + sine * (pole[0] * py - pole[1] * px);
  let lastX = Math.atan2(py, px) / (2 * Math.PI) + 0.5;
  xs[at] = lastX;
  ys[at] = worldYOfSine(pz);
  for (let i = 1; i < n; i += 1) {
    const east = Math.atan2(cy, cx) / (2 * Math.PI) + 0.5;
    lastX = east + Math.round(lastX - east);
    xs[at + i] = lastX;
    ys[at + i] = worldYOfSine(cz);
    const [nx, ny, nz] = [turn * cx - px, turn * cy - py, turn * cz - pz];
    px = cx;
    py = cy;
    pz = cz;
    cx = nx;
    cy = ny;
    cz = nz;
  }
  const east = Math.atan2(b[1], b[0]) / (2 * Math.PI) + 0.5;
  xs[at + n] = east + Math.round(lastX - east);
  ys[at + n] = worldYOfSine(b[2]);
}

/**
 * All arcs of a list of pairs, traced on demand, one by one (`traceRow`) or some of them (`traceRows`).
 * `many` of them get fewer vertices; `start[i]..start[i + 1]` are the vertices of arc i, `box` holds its west, north, east and south.
 * @param {Unit[]} units
 * @param {Uint32Array} origin
 * @param {Uint32Array} destination
 * @param {boolean} many
 * @returns {Arcs}
 */
function makeArcs(units, origin, destination, many = false) {
  const count = origin.length;
  const step = many ? LONG_STEP : STEP;
  const start = new Uint32Array(count + 1);
  const angle = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    angle[i] = angleOf(units[origin[i]], units[destination[i]]);
    start[i + 1] = start[i] + Math.max(2, Math.ceil(angle[i] / step)) + 1;
  }
  /** @type {any} */
  const arcs = {
    units,
    origin,
    destination,
    count,
    smoothTo: SMOOTH_TO[Number(many)],
    start,
    angle,
    xs: new Float32Array(start[count]),
    ys: new Float32Array(start[count]),
    poles: new Float32Array(3 * count),
    box: new Float32Array(4 * count),
    traced: new Uint8Array(count),
  };
  arcs.traceRow = (i) => {
    if (!arcs.traced[i]) traceInto(arcs, i, units[origin[i]], units[destination[i]]);
    arcs.traced[i] = 1;
  };
  arcs.traceRows = (rows) => rows.forEach(arcs.traceRow);
  return arcs;
}

function traceInto(arcs, i, a, b) {
  const from = arcs.start[i];
  const to = arcs.start[i + 1];
  const pole = poleOf(a, b);
  traceArc(a, b, to - from - 1, pole, arcs.angle[i], arcs.xs, arcs.ys, from);
  let west = Infinity;
  let east = -Infinity;
  let north = Infinity;
  let south = -Infinity;
  for (let k = from; k < to; k += 1) {
    if (arcs.xs[k] < west) west = arcs.xs[k];
    if (arcs.xs[k] > east) east = arcs.xs[k];
    if (arcs.ys[k] < north) north = arcs.ys[k];
    if (arcs.ys[k] > south) south = arcs.ys[k];
  }
  arcs.box[4 * i] = west;
  arcs.box[4 * i + 1] = north;
  arcs.box[4 * i + 2] = east;
  arcs.box[4 * i + 3] = south;
  arcs.poles[3 * i] = pole[0];
  arcs.poles[3 * i + 1] = pole[1];
  arcs.poles[3 * i + 2] = pole[2];
}

/** The opening view: the smallest box around all points, allowing it to lie across 180 degrees. */
function fitBox(xs, ys) {
  const sorted = Float64Array.from(xs).sort();
  let gap = sorted[0] + 1 - sorted[sorted.length - 1];
  let west = sorted[0];
  for (let i = 1; i < sorted.length; i += 1) {
    if (sorted[i] - sorted[i - 1] > gap) {
      gap = sorted[i] - sorted[i - 1];
      west = sorted[i];
    }
  }
  return { west, east: west + 1 - gap, north: Math.min(...ys), south: Math.max(...ys) };
}

/**
 * Into how many parts a step of `angle` at sine of latitude z has to be cut so that straight parts stay within
 * SMOOTH_PX of the arc: the bow of a part is at most its length in pixels times its turn, over eight.
 */
function partsOfStep(angle, z, scale) {
  const cosine = Math.sqrt(Math.max(1e-4, 1 - z * z));
  const length = (angle * scale) / (2 * Math.PI * cosine);
  const turn = (angle * Math.abs(z)) / cosine + angle * angle;
  return Math.max(1, Math.min(4096, Math.ceil(Math.sqrt((length * turn) / 8 / SMOOTH_PX))));
}

/** World coordinates of a point of the sphere, on the copy of the world that is nearest to `nearX`. */
function toWorld([x, y, z], nearX) {
  const east = Math.atan2(y, x) / (2 * Math.PI) + 0.5;
  return [east + Math.round(nearX - east), worldYOfSine(z)];
}

/**
 * Pieces of an arc near a window [west, north, east, south] of the world, as lists of x and y in turn, smooth at `scale`
 * pixels for the world. The points are computed anew in full precision, which a deep zoom needs.
 */
function smoothArc(a, b, from, angle, box, scale) {
  const { xs, ys, start, steps } = from;
  const [west, north, east, south] = box;
  const pole = poleOf(a, b);
  const side = cross(pole, a);
  const at = (s) => a.map((value, k) => Math.cos(s) * value + Math.sin(s) * side[k]);
  const margin = (angle / steps) * 0.2;
  const pieces = [];
  let piece = null;
  for (let v = 0; v < steps; v += 1) {
    const [x0, x1, y0, y1] = [xs[start + v], xs[start + v + 1], ys[start + v], ys[start + v + 1]];
    const away = Math.max(x0, x1) < west - margin || Math.min(x0, x1) > east + margin || Math.max(y0, y1) < north - margin || Math.min(y0, y1) > south + margin;
    if (away) {
      piece = null;
      continue;
    }
    const [s0, s1] = [(angle * v) / steps, (angle * (v + 1)) / steps];
    if (!piece) {
      piece = toWorld(at(s0), x0);
      pieces.push(piece);
    }
    const parts = partsOfStep(s1 - s0, at((s0 + s1) / 2)[2], scale);
    for (let part = 1; part <= parts; part += 1) piece.push(...toWorld(at(s0 + ((s1 - s0) * part) / parts), piece[piece.length - 2]));
  }
  return pieces;
}

/**
 * Pieces of arc i near a window of the world, smooth enough for its zoom; see smoothArc.
 * @param {Arcs} arcs
 * @param {number} i
 * @param {Box} box
 * @param {number} scale
 * @returns {number[][]}
 */
function piecesOf(arcs, i, box, scale) {
  const from = { xs: arcs.xs, ys: arcs.ys, start: arcs.start[i], steps: arcs.start[i + 1] - arcs.start[i] - 1 };
  return smoothArc(arcs.units[arcs.origin[i]], arcs.units[arcs.destination[i]], from, arcs.angle[i], box, scale);
}

/** Point at a share of arc i in world coordinates, and the direction of travel there as a unit vector of the screen. */
function pointAlong(arcs, i, share, scale) {
  const [a, b] = [arcs.units[arcs.origin[i]], arcs.units[arcs.destination[i]]];
  const side = cross(poleOf(a, b), a);
  const at = (s) => a.map((value, k) => Math.cos(s) * value + Math.sin(s) * side[k]);
  const s = arcs.angle[i] * share;
  const middle = arcs.start[i] + Math.round((arcs.start[i + 1] - 1 - arcs.start[i]) * share);
  const [x, y] = toWorld(at(s), arcs.xs[middle]);
  const [nextX, nextY] = toWorld(at(s + Math.min(arcs.angle[i] * 0.01, 4 / scale)), x);
  const length = Math.hypot(nextX - x, nextY - y) || 1;
  return [x, y, (nextX - x) / length, (nextY - y) / length];
}

export { EVERYWHERE, RADIAN, WORLDS, worldX, worldY, toUnit, cross, dot, poleOf, makeArcs, piecesOf, pointAlong, fitBox };
