/* What a page may ask of the map, and hear from it: the `geobri` of its element. See docs/map.md. */
import { EVERYWHERE, piecesOf } from "./geometry.js";
import * as Exporting from "./export.js";
import * as Rows from "./rows.js";
import { keepFilters } from "./state.js";
import { listShown, toCsv } from "./tables.js";

/** A selection as a wish: a slug, or any of city, cities and corridor; null lets go of all. */
function readSelection(what) {
  if (what === null || typeof what === "string") return { city: what, cities: null, corridor: null };
  return { city: null, cities: null, corridor: null, ...what };
}

function pointAt(app, what) {
  const { city = null, corridor = null } = what || {};
  const c = app.model.cities.position.get(city);
  const i = corridor === null ? -1 : app.model.find(corridor);
  app.acts.point({ ...(c === undefined ? {} : { city: c }), ...(i < 0 ? {} : { corridor: i }) });
}

const FINE = 4096; /* pixels of a world on which the line is smooth */

/** The vertices of a corridor in world coordinates, 0 to 1. */
function traceArc(app, id) {
  const i = app.model.find(id);
  if (i < 0) return null;
  app.model.arcs.traceRows([i]);
  const [line] = piecesOf(app.model.arcs, i, EVERYWHERE, FINE);
  return Array.from({ length: line.length / 2 }, (_, v) => [line[2 * v], line[2 * v + 1]]);
}

function makeInterface(app) {
  const ask = app.acts.asPage;
  return {
    map: app.leaflet,
    layer: app.parts.layer,
    ready: app.first.ready,
    getState: app.acts.getState,
    setState: (wish) => ask(() => app.acts.set(wish)),
    select: (what) => ask(() => app.acts.set(readSelection(what))),
    hover: (what) => ask(() => pointAt(app, what)),
    filter: (wish) => ask(() => app.acts.set(keepFilters(wish))),
    highlight: (what) => ask(() => app.acts.highlight(what)),
    reset: () => ask(() => app.acts.reset()),
    drawn: () => Array.from(app.now.shown.rows, app.model.idOf),
    highlighted: () => Rows.markedCorridors(app).map(app.model.idOf),
    labels: () => app.painting.labels().map(({ text, box }) => ({ text, box })),
    arc: (id) => traceArc(app, id),
    /* "state", "select", "filter" or "hover"; gives a function that ends it. */
    on: (name, listener) => {
      const hear = (event) => listener(event.detail);
      app.root.addEventListener(`geobri:${name}`, hear);
      return () => app.root.removeEventListener(`geobri:${name}`, hear);
    },
    toCsv: () => toCsv(listShown(app)),
    toSvg: () => Exporting.makeSvg(app),
    toPng: () => Exporting.toBlob(app),
  };
}

export { makeInterface };
