/* The sphere and the Web Mercator world: the whole world is the square 0..1, x to the east, y to the south. */

const RADIAN = Math.PI / 180;
const STEP = 2 * RADIAN; /* one vertex about every two degrees of arc */
const MAX_SINE = Math.sin(85.05112878 * RADIAN);

const worldX = (lon) => (lon + 180) / 360;

function worldYOfSine(sine) {
  const s = Math.max(-MAX_SINE, Math.min(MAX_SINE, sine));
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

const worldY = (lat) => worldYOfSine(Math.sin(lat * RADIAN));

function toUnit(lon, lat) {
  const c = Math.cos(lat * RADIAN);
  return [c * Math.cos(lon * RADIAN), c * Math.sin(lon * RADIAN), Math.sin(lat * RADIAN)];
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Pole of the great circle through a and b; antipodes are joined over the north pole. */
function poleOf(a, b) {
  let n = cross(a, b);
  let length = Math.hypot(n[0], n[1], n[2]);
  if (length < 1e-9) {
    n = cross(a, [0, 0, 1]);
    length = Math.hypot(n[0], n[1], n[2]);
  }
  return length < 1e-12 ? [1, 0, 0] : [n[0] / length, n[1] / length, n[2] / length];
}

function angleOf(a, b) {
  const n = cross(a, b);
  return Math.atan2(Math.sqrt(dot(n, n)), dot(a, b));
}

/**
 * Write one arc into xs, ys from position `at`; x runs on past 0 or 1 where the arc crosses 180 degrees,
 * so that the line is never torn.
 */
function traceArc(a, b, n, pole, angle, xs, ys, at) {
  const delta = angle / n;
  const turn = 2 * Math.cos(delta);
  const side = cross(pole, a);
  /* Points at equal angles follow p(i + 1) = 2 cos(delta) p(i) - p(i - 1): no sine per vertex. */
  let [px, py, pz] = a;
  let [cx, cy, cz] = a.map((value, k) => Math.cos(delta) * value + Math.sin(delta) * side[k]);
  let lastX = setVertex(xs, ys, at, a[0], a[1], a[2], NaN);
  for (let i = 1; i < n; i += 1) {
    lastX = setVertex(xs, ys, at + i, cx, cy, cz, lastX);
    const [nx, ny, nz] = [turn * cx - px, turn * cy - py, turn * cz - pz];
    px = cx;
    py = cy;
    pz = cz;
    cx = nx;
    cy = ny;
    cz = nz;
  }
  setVertex(xs, ys, at + n, b[0], b[1], b[2], lastX);
}

function setVertex(xs, ys, at, x, y, z, lastX) {
  let east = Math.atan2(y, x) / (2 * Math.PI) + 0.5;
  if (!Number.isNaN(lastX)) east += Math.round(lastX - east);
  xs[at] = east;
  ys[at] = worldYOfSine(z);
  return east;
}

/**
 * All arcs of a list of pairs, traced on demand: `trace(until)` in order up to there, `traceRows` just these.
 * `start[i]..start[i + 1]` are the vertices of arc i, `box` holds its west, north, east and south.
 */
function makeArcs(units, origin, destination) {
  const count = origin.length;
  const start = new Uint32Array(count + 1);
  const angle = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    angle[i] = angleOf(units[origin[i]], units[destination[i]]);
    start[i + 1] = start[i] + Math.max(2, Math.ceil(angle[i] / STEP)) + 1;
  }
  const arcs = {
    count,
    start,
    angle,
    xs: new Float32Array(start[count]),
    ys: new Float32Array(start[count]),
    poles: new Float32Array(3 * count),
    box: new Float32Array(4 * count),
    traced: new Uint8Array(count),
    ready: 0,
  };
  const traceOne = (i) => {
    if (!arcs.traced[i]) traceInto(arcs, i, units[origin[i]], units[destination[i]]);
    arcs.traced[i] = 1;
  };
  arcs.trace = (until) => {
    for (; arcs.ready < Math.min(until, count); arcs.ready += 1) traceOne(arcs.ready);
  };
  arcs.traceRows = (rows) => rows.forEach(traceOne);
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
  arcs.box.set([west, north, east, south], 4 * i);
  arcs.poles.set(pole, 3 * i);
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

export { RADIAN, worldX, worldY, toUnit, cross, dot, makeArcs, fitBox };
