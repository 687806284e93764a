/* Three sheets: the base, the lines, and cities with labels on top. */
import * as PaintBase from "./paint_base.js";
import * as PaintCities from "./paint_cities.js";
import { clipToWorld, crispRows, makeLook, paintMarked, paintStrokes } from "./paint_corridors.js";
import * as PaintDensity from "./paint_density.js";
import * as Rows from "./rows.js";
import * as Sheet from "./sheet.js";

const BEHIND = 0.28; /* how strong the lines stay behind a highlight */
const STALE = 0.4; /* and a density that belongs to an earlier selection */

const sameView = (a, b) => ["scale", "x0", "y0", "width", "height"].every((name) => a[name] === b[name]);

/**
 * The density that is painted below the lines of a dense map. `at` paints what there is of it, `request` works towards
 * the one of a view, `exact` gives that one now, for an image or a print.
 */
function makeUnderlay(app, showAgain) {
  let picture = null;
  let stop = null;

  function paint(context, view, shown, theme) {
    const zoom = view.scale / shown.view.scale;
    if (shown.theme !== theme) Object.assign(shown, { theme, canvas: PaintDensity.toCanvas(shown.grid, theme) });
    context.save();
    clipToWorld(context, view);
    context.globalAlpha = (shown.version === app.shown.version ? 1 : STALE) * app.faintness();
    context.drawImage(shown.canvas, shown.view.x0 * zoom - view.x0, shown.view.y0 * zoom - view.y0, shown.view.width * zoom, shown.view.height * zoom);
    context.restore();
  }

  /* First the window, then the rest of the sheet: the reader sees the lines early, and can drag without a rim. */
  function request(view) {
    const { version } = app.shown;
    const seen = Sheet.windowOf(view);
    const has = (wish) => picture && picture.version === version && sameView(picture.view, wish);
    if (has(seen) || has(view)) app.drawn();
    if (has(view)) return;
    if (stop) stop();
    const wanted = has(seen) ? view : seen;
    stop = PaintDensity.startDensity(app.model, app.measure(), app.shown.rows, wanted, (grid) => {
      stop = null;
      picture = { grid, view: wanted, version, theme: null };
      showAgain();
    });
  }

  let prepared = null;
  const isFor = (found, view) => found && found.version === app.shown.version && sameView(found.view, view);

  /** Work out the density of a view without holding the page, so that `exact` finds it done. */
  const prepare = (view) =>
    new Promise((resolve) => {
      const { version } = app.shown;
      PaintDensity.startDensity(app.model, app.measure(), app.shown.rows, view, (grid) => {
        prepared = { grid, view, version, theme: null };
        resolve();
      });
    });

  return {
    request,
    prepare,
    at: (context, view, theme) => {
      if (picture) paint(context, view, picture, theme);
    },
    exact: (context, view, theme) => {
      const make = () => ({ grid: PaintDensity.addAll(app.model, app.measure(), app.shown.rows, view), view, version: app.shown.version, theme: null });
      paint(context, view, isFor(prepared, view) ? prepared : make(), theme);
      prepared = null;
    },
  };
}

function addPainting(app) {
  const lookOf = (painted, shown) => makeLook(app.measure(), painted.theme, painted.tones, shown, app.colouring(painted.theme));
  const underlay = makeUnderlay(app, () => app.sheets.lines.repaint());
  app.prepareDensity = (view) => (app.isDense() ? underlay.prepare(view) : Promise.resolve());
  app.faintness = () => (app.highlighted ? BEHIND : 1);

  /* `density` is "at" hand for the screen, "exact" for an image. */
  app.paintLines = (context, view, painted, density) => {
    const crisp = crispRows(app);
    if (app.isDense()) {
      app.model.arcs.traceRows(crisp);
      underlay[density](context, view, painted.theme);
    }
    paintStrokes(context, view, app.model, lookOf(painted, app.shown.crowd), crisp, app.faintness());
  };
  app.paintTop = (context, view, painted) => {
    const rows = Rows.markedCorridors(app);
    app.model.arcs.traceRows(rows);
    paintMarked(context, view, app.model, lookOf(painted, { shown: 1, known: 1 }), rows);
    return PaintCities.paintCities(context, view, painted);
  };
  app.sheets = {
    base: Sheet.makeSheet("geobri-base", (context, view) => PaintBase.paintBase(context, view, app.base, app.tones)),
    lines: Sheet.makeSheet("geobri-lines", (context, view) => {
      app.paintLines(context, view, app, "at");
      if (app.isDense()) underlay.request(view);
      else app.drawn();
    }),
    top: Sheet.makeSheet("geobri-top", (context, view) => {
      app.labels = app.paintTop(context, view, app);
    }),
  };
}

function repaint(app, names) {
  for (const name of names) if (app.sheets[name]._map) app.sheets[name].repaint();
}

/** Corridors and cities as one layer of Leaflet. */
function makeLayer(app) {
  const show = (isShown) => {
    app.isHidden = !isShown;
    for (const name of ["lines", "top"]) app.leaflet.getPane(`geobri-${name}`).style.display = isShown ? "" : "none";
  };
  const Corridors = L.Layer.extend({ onAdd: () => show(true), onRemove: () => show(false) });
  return new Corridors();
}

export { addPainting, makeLayer, repaint };
