/* What lies under the cursor: a city, else the corridor that is drawn there, then what lies below it. */
import { RADIAN, dot, poleOf, toUnit } from "./geometry.js";
import { crispRows, lineWidth, offsetOf } from "./paint_corridors.js";
import { crowding } from "./scale.js";

const CORRIDOR_PX = 6;
const INK_PX = 1; /* so near to its ink, a line is under the cursor */
const CITY_PX = 9;
const IDLE_PX = 3; /* cities without a corridor stand back behind lines and other cities */
const ROUGH = 1e-6; /* poles are kept in single precision, for a quick first look */
const WIDEST_PX = 16; /* half the width of a line and its offset */
const COARSE = 1.8; /* fingers are less exact */

/** City within reach of a point of the window, or -1. */
function pickCity(app, point, coarse) {
  const { cities } = app.model;
  const size = app.leaflet.options.crs.scale(app.leaflet.getZoom());
  const at = app.leaflet.project(app.leaflet.containerPointToLatLng(point));
  const reach = CITY_PX * (coarse ? COARSE : 1);
  let best = -1;
  let nearest = reach;
  for (let c = 0; c < cities.n; c += 1) {
    let dx = cities.x[c] * size - at.x;
    dx -= Math.round(dx / size) * size;
    const distance = Math.hypot(dx, cities.y[c] * size - at.y) + (app.asks.isIdle(c) ? reach - IDLE_PX : 0);
    if (distance < nearest) {
      nearest = distance;
      best = c;
    }
  }
  return best;
}

/** On which side of the half circle from `a` through the pole `p` is `q`? No lists are made, for many are asked. */
const sideOf = (p, a, q) => (p[1] * a[2] - p[2] * a[1]) * q[0] + (p[2] * a[0] - p[0] * a[2]) * q[1] + (p[0] * a[1] - p[1] * a[0]) * q[2];

/** Between its two ends? `q` is the cursor, `pole` the pole of the arc. */
const liesBetween = (q, a, b, pole) => sideOf(pole, a, q) >= 0 && sideOf(b, pole, q) >= 0;

/**
 * Rows within reach of a point of the sphere, in the order in which a reader means them: lines whose ink lies under
 * the cursor, the uppermost first; then other lines that are drawn one by one, the nearest first; then the rest, the
 * strongest first. `pixel` is the angle of a pixel there; `ink(r)` gives half the width and the offset of the line of
 * row r in pixels, or null where it is not drawn one by one.
 */
function rankNear({ rows, arcs, q, pixel, reach, ink }) {
  const { poles, traced, units, origin, destination } = arcs;
  const near = [];
  const [x, y, z] = q;
  /* Lines that are not drawn one by one have no width and no offset. */
  const [close, widest] = [reach, reach + WIDEST_PX].map((pixels) => Math.sin(Math.min(Math.PI / 2, pixels * pixel)) + ROUGH);
  for (let r = 0; r < rows.length; r += 1) {
    const i = rows[r];
    const rough = poles[3 * i] * x + poles[3 * i + 1] * y + poles[3 * i + 2] * z;
    if (rough > widest || rough < -widest || !traced[i]) continue;
    const line = ink(r);
    if (!line && (rough > close || rough < -close)) continue;
    const [a, b] = [units[origin[i]], units[destination[i]]];
    const pole = poleOf(a, b);
    const gap = Math.abs(Math.asin(dot(pole, q)) / pixel + (line ? line.offset : 0)) - (line ? line.half : 0);
    if (gap <= reach && liesBetween(q, a, b, pole)) near.push({ i, r, order: line ? Math.max(0, Math.ceil(gap - INK_PX)) : 1e6 });
  }
  near.sort((one, other) => one.order - other.order || one.r - other.r);
  return near.map((found) => found.i);
}

/** Corridors within reach of a point of the window; the first is the one that is meant. */
function pickCorridors(app, point, coarse) {
  const { model } = app;
  const { rows, crowd } = app.now.shown;
  const place = app.leaflet.containerPointToLatLng(point);
  if (Math.abs(place.lat) > 85) return [];
  const pixel = (2 * Math.PI * Math.cos(place.lat * RADIAN)) / app.leaflet.options.crs.scale(app.leaflet.getZoom());
  const measure = app.asks.measure();
  const { strength } = measure;
  const { thin } = crowding(crowd.shown, crowd.known);
  const crisp = crispRows(app).length;
  const ink = (r) => {
    if (r >= crisp) return null;
    const width = lineWidth(strength[rows[r]], thin);
    return { half: width / 2, offset: offsetOf(model, measure, rows[r], width) };
  };
  const reach = CORRIDOR_PX * (coarse ? COARSE : 1);
  return rankNear({ rows, arcs: model.arcs, q: toUnit(place.lng, place.lat), pixel, reach, ink });
}

export { pickCity, pickCorridors, rankNear };
