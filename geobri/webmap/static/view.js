/* Where the map looks: fitted to its cities until the reader moves it. */
import { h } from "./dom.js";
import * as Geometry from "./geometry.js";
import * as Scale from "./scale.js";

const LABEL_PX = 24; /* more room on the right, where most labels stand */
const PANES = { base: 150, lines: 350, top: 450 };

const toLatLng = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, ((((x * 360) % 360) + 360) % 360) - 180];

function leastZoom(app) {
  const size = app.leaflet.getSize();
  return Math.max(0, Math.log2(Math.max(256, Math.min(size.x, 1.5 * size.y)) / 256));
}

function homeBox(app) {
  const { cities, arcs, n } = app.model;
  const ys = [...cities.y];
  if (n <= Scale.STROKES_UP_TO) {
    for (let i = 0; i < n; i += 1) {
      arcs.traceRow(i);
      ys.push(Math.max(0, arcs.box[4 * i + 1]), Math.min(1, arcs.box[4 * i + 3]));
    }
  }
  return Geometry.fitBox(cities.x, ys);
}

/** Fit all cities into what the panel leaves free. */
function goHome(app) {
  const size = app.leaflet.getSize();
  const left = app.isNarrow() ? 0 : app.panel.offsetWidth + 16; /* also when folded: the legend stays there */
  const margin = app.isNarrow() ? 36 : 56;
  const box = homeBox(app);
  const room = [Math.max(80, size.x - left - 2 * margin), Math.max(80, size.y - 2 * margin)];
  const span = [Math.max(0.01, box.east - box.west), Math.max(0.01, box.south - box.north)];
  const wish = Math.log2(Math.min(room[0] / span[0], room[1] / span[1]) / 256);
  const zoom = Math.max(leastZoom(app), Math.min(6, Math.floor(wish * 10) / 10));
  const scale = 256 * 2 ** zoom;
  const fits = span[0] * scale <= room[0] + 2 * margin;
  const x = (box.west + box.east) / 2 - (fits ? (left || -LABEL_PX) / 2 / scale : 0);
  app.leaflet.setView(toLatLng(x, (box.north + box.south) / 2), zoom, { animate: false });
  app.home = viewOf(app);
}

function viewOf(app) {
  const { lat, lng } = app.leaflet.getCenter();
  return [lat, lng, app.leaflet.getZoom()];
}

function showView(app) {
  app.moving = true;
  if (app.state.view) app.leaflet.setView([app.state.view[0], app.state.view[1]], app.state.view[2], { animate: false });
  else goHome(app);
  app.moving = false;
}

function makeLeaflet(app, element) {
  app.leaflet = L.map(element, {
    zoomControl: false, attributionControl: true, worldCopyJump: true, zoomSnap: 0.1, zoomDelta: 0.75,
    wheelPxPerZoomLevel: 110, maxZoom: 12, maxBounds: [[-85.05, -720], [85.05, 720]], maxBoundsViscosity: 1,
    scrollWheelZoom: app.config.standalone,
  });
  app.leaflet.attributionControl.setPrefix("Leaflet");
  for (const [name, order] of Object.entries(PANES)) {
    const pane = app.leaflet.createPane(`geobri-${name}`);
    Object.assign(pane.style, { zIndex: order, pointerEvents: "none" });
  }
  const credit = h("span", {}, app.baseCredit).innerHTML; /* Leaflet writes credits as HTML: escaped here */
  if (app.base.kind === "tiles") L.tileLayer(app.base.url, { attribution: credit, maxZoom: 19 }).addTo(app.leaflet);
  else if (credit) app.leaflet.attributionControl.addAttribution(credit);
}

export { makeLeaflet, leastZoom, showView, viewOf };
