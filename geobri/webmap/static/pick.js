/* What lies under the cursor: cities first, then the nearest corridor. */
import { RADIAN, cross, dot, toUnit } from "./geometry.js";

const CORRIDOR_PX = 6;
const CITY_PX = 9;
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
    const distance = Math.hypot(dx, cities.y[c] * size - at.y);
    if (distance < nearest) {
      nearest = distance;
      best = c;
    }
  }
  return best;
}

/** Between its two ends? `q` is the cursor, `pole` the pole of the arc. */
function liesBetween(q, a, b, pole) {
  return dot(cross(pole, a), q) >= 0 && dot(cross(b, pole), q) >= 0;
}

/** Drawn corridor within reach, or -1: its distance is the angle between cursor and great circle. */
function pickCorridor(app, point, coarse) {
  const { model, rows } = app;
  const place = app.leaflet.containerPointToLatLng(point);
  if (Math.abs(place.lat) > 85) return -1;
  const q = toUnit(place.lng, place.lat);
  const pixel = (2 * Math.PI * Math.cos(place.lat * RADIAN)) / app.leaflet.options.crs.scale(app.leaflet.getZoom());
  const reach = Math.sin(CORRIDOR_PX * (coarse ? COARSE : 1) * pixel);
  const { poles, traced } = model.arcs;
  const { units } = model.cities;
  let best = -1;
  let nearest = reach;
  for (let r = 0; r < rows.length; r += 1) {
    const i = rows[r];
    const away = Math.abs(poles[3 * i] * q[0] + poles[3 * i + 1] * q[1] + poles[3 * i + 2] * q[2]);
    if (away < nearest && traced[i]) {
      const pole = [poles[3 * i], poles[3 * i + 1], poles[3 * i + 2]];
      if (liesBetween(q, units[model.origin[i]], units[model.destination[i]], pole)) {
        nearest = away;
        best = i;
      }
    }
  }
  return best;
}

export { pickCity, pickCorridor };
