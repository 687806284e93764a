/* Where the map looks: all cities in the part of the window that the cards leave free, until the reader moves it. */
import { h } from "./dom.js";
import { fitBox } from "./geometry.js";
import { STROKES_UP_TO } from "./scale.js";

const MARGINS = { left: 24, top: 60, right: 64, bottom: 56 }; /* for points, labels, the buttons on the right and the scale bar */
const LEAST_ROOM = 80;
const NEAREST_PX = 80; /* so far apart the two nearest cities can be seen */
const ZOOMS = [8, 19];
const ALONE = 6; /* zoom on a single place */
const FAR_OFF = 0.5; /* of a zoom, that cities without a corridor may cost */
const WORLD = { west: 0, east: 1, north: 0.1, south: 0.9 };
const BOUNDS = [[-85.05, -720], [85.05, 720]];
const PANES = { base: 150, density: 345, lines: 350, marks: 449, top: 450, ends: 451 };

const toLatLng = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, ((((x * 360) % 360) + 360) % 360) - 180];

/** Distance of the two nearest different points of the world square. */
function nearestGap(xs, ys) {
  const order = Array.from(xs.keys()).sort((a, b) => xs[a] - xs[b]);
  let best = 1;
  for (let k = 0; k < order.length; k += 1) {
    for (let m = k + 1; m < order.length && xs[order[m]] - xs[order[k]] < best; m += 1) {
      const gap = Math.hypot(xs[order[m]] - xs[order[k]], ys[order[m]] - ys[order[k]]);
      if (gap > 0 && gap < best) best = gap;
    }
  }
  return best;
}

/** As deep as is needed to tell the two nearest cities apart. */
const deepestZoom = (cities) => Math.max(ZOOMS[0], Math.min(ZOOMS[1], Math.ceil(Math.log2(NEAREST_PX / nearestGap(cities.x, cities.y) / 256))));

/** All cities, or only those in a corridor, and the lines where these are few. */
function homeBox(app, withIdle) {
  const { cities, arcs, n, idle } = app.model;
  const isSeen = (_, c) => withIdle || !idle || !idle[c];
  const ys = cities.y.filter(isSeen);
  if (n <= STROKES_UP_TO) {
    for (let i = 0; i < n; i += 1) {
      arcs.traceRow(i);
      ys.push(Math.max(0.05, arcs.box[4 * i + 1]), Math.min(0.95, arcs.box[4 * i + 3]));
    }
  }
  return fitBox(cities.x.filter(isSeen), ys);
}

/** The cards that lie over the map on the left, in pixels of the window. */
function cardBoxes(app) {
  const frame = app.root.getBoundingClientRect();
  const cards = [...app.root.querySelectorAll(".geobri-left > .geobri-card")].map((card) => card.getBoundingClientRect()).filter((box) => box.width > 0);
  return cards.map((box) => ({ left: box.left - frame.left, top: box.top - frame.top, right: box.right - frame.left, bottom: box.bottom - frame.top }));
}

/** Rooms of the window without cards: beside the column on the left, and between its upper and its lower cards. */
function freeRooms(app) {
  const frame = app.root.getBoundingClientRect();
  const cards = cardBoxes(app);
  const full = { left: 0, top: 0, right: frame.width, bottom: frame.height };
  const beside = { ...full, left: Math.max(0, ...cards.map((box) => box.right)) };
  const between = { ...full };
  for (const box of cards) {
    if (box.top + box.bottom < frame.height) between.top = Math.max(between.top, box.bottom - MARGINS.top / 2);
    else between.bottom = Math.min(between.bottom, box.top + MARGINS.bottom / 2);
  }
  return app.asks.isNarrow() ? [between] : [beside, between];
}

/** Zoom and centre that show a box in the middle of a room. */
function fitRoom(room, box, size) {
  const inner = [Math.max(LEAST_ROOM, room.right - room.left - MARGINS.left - MARGINS.right), Math.max(LEAST_ROOM, room.bottom - room.top - MARGINS.top - MARGINS.bottom)];
  const span = [box.east - box.west, box.south - box.north];
  const scale = Math.min(...[0, 1].map((axis) => inner[axis] / Math.max(1e-9, span[axis])));
  const middle = [(room.left + MARGINS.left + room.right - MARGINS.right) / 2, (room.top + MARGINS.top + room.bottom - MARGINS.bottom) / 2];
  const zoom = span[0] === 0 && span[1] === 0 ? ALONE : Math.floor(Math.log2(scale / 256) * 20) / 20;
  return { zoom, shift: [middle[0] - size.x / 2, middle[1] - size.y / 2] };
}

/** Keep the map within the window, where it is as high as the window at least; a lower one may stand where there is room. */
function limitPan(leaflet, size) {
  const fills = 256 * 2 ** leaflet.options.minZoom >= size.y;
  if (fills !== Boolean(leaflet.options.maxBounds)) leaflet.setMaxBounds(fills ? BOUNDS : null);
}

/** The box to open on, and how it fits best: all cities, unless those in no corridor would make the others small. */
function bestFit(app, size) {
  const rooms = freeRooms(app);
  const [all, linked] = [true, false].map((withIdle) => {
    const box = app.model.cities.n ? homeBox(app, withIdle) : WORLD;
    const best = rooms.map((room) => fitRoom(room, box, size)).reduce((one, other) => (other.zoom > one.zoom + 0.2 ? other : one));
    return { box, best };
  });
  return linked.best.zoom - all.best.zoom > FAR_OFF ? linked : all;
}

/** Fit all cities into what the cards leave free. */
function goHome(app) {
  const size = app.leaflet.getSize();
  const { box, best } = bestFit(app, size);
  app.leaflet.options.maxZoom = Math.min(ZOOMS[1], Math.max(app.leaflet.options.maxZoom, Math.ceil(best.zoom) + 1));
  const zoom = Math.max(0, Math.min(ZOOMS[1], best.zoom));
  const scale = 256 * 2 ** zoom;
  app.leaflet.options.minZoom = Math.min(zoom, Math.max(0, Math.log2(Math.min(size.x, 1.5 * size.y) / 256))); /* not setMinZoom: it would start an animation */
  limitPan(app.leaflet, size);
  const [x, y] = [(box.west + box.east) / 2 - best.shift[0] / scale, (box.north + box.south) / 2 - best.shift[1] / scale];
  app.leaflet.setView(toLatLng(x, y), zoom, { animate: false });
  app.change({ home: viewOf(app) });
}

function viewOf(app) {
  const { lat, lng } = app.leaflet.getCenter();
  return [lat, lng, app.leaflet.getZoom()];
}

function showView(app) {
  app.change({ moving: true });
  goHome(app);
  if (app.now.state.view) app.leaflet.setView([app.now.state.view[0], app.now.state.view[1]], app.now.state.view[2], { animate: false });
  app.change({ moving: false });
}

/** Leaflet writes credits as HTML: escaped here. */
const toHtml = (text) => h("span", {}, text).innerHTML;

function makeLeaflet(app, element) {
  const leaflet = L.map(element, {
    zoomControl: false, attributionControl: true, worldCopyJump: true, zoomSnap: 0.05, zoomDelta: 0.75,
    wheelPxPerZoomLevel: 110, maxZoom: deepestZoom(app.model.cities), maxBounds: BOUNDS, maxBoundsViscosity: 1,
    scrollWheelZoom: app.config.standalone,
  });
  leaflet.attributionControl.setPrefix("Leaflet");
  for (const [name, order] of Object.entries(PANES)) {
    const pane = leaflet.createPane(`geobri-${name}`);
    Object.assign(pane.style, { zIndex: order, pointerEvents: "none" });
  }
  const credit = toHtml(app.base.credit);
  if (app.base.kind === "tiles") L.tileLayer(app.base.url, { attribution: credit, maxZoom: 19 }).addTo(leaflet);
  else if (credit) leaflet.attributionControl.addAttribution(credit);
  let approval = "";
  app.acts.onSync(() => {
    const said = toHtml(app.config.approval[app.now.state.lang]);
    if (said === approval) return;
    if (approval) leaflet.attributionControl.removeAttribution(approval);
    if (said) leaflet.attributionControl.addAttribution(said);
    approval = said;
  });
  return leaflet;
}

export { cardBoxes, makeLeaflet, showView, viewOf, fitRoom, nearestGap };
