/* Four sheets: the base, the density of many lines, those that are drawn one by one, and cities with labels on top. */
import * as PaintBase from "./paint_base.js";
import * as PaintCities from "./paint_cities.js";
import { clipToWorld, crispRows, makeLook, paintMarked, paintStrokes } from "./paint_corridors.js";
import * as PaintDensity from "./paint_density.js";
import * as Rows from "./rows.js";
import * as Sheet from "./sheet.js";

const BEHIND = 0.28; /* how strong the lines stay behind a highlight */
const STALE = 0.4; /* and a density that belongs to an earlier selection */
/* Lines from which on the first cells are larger, and the share of a cell that a pixel then is. */
const COARSE = [[50000, 1 / 3], [8000, 1 / 2]];

const sameView = (a, b) => ["scale", "x0", "y0", "width", "height"].every((name) => a[name] === b[name]);

/**
 * The density that is painted below the lines of a dense map. `at` paints what there is of it, `request` works towards
 * the one of a view, `exact` gives that one now, for an image or a print.
 */
function makeUnderlay(app, showAgain) {
  let picture = null;
  let stop = null;
  const isOf = (found, view) => found && found.version === app.shown.version && sameView(found.view, view);

  function paint(context, view, shown, theme) {
    const zoom = view.scale / shown.view.scale;
    if (shown.theme !== theme) Object.assign(shown, { theme, canvas: PaintDensity.toCanvas(shown.grid, theme) });
    context.save();
    clipToWorld(context, view);
    context.globalAlpha = (shown.version === app.shown.version ? 1 : STALE) * app.faintness();
    context.drawImage(shown.canvas, shown.view.x0 * zoom - view.x0, shown.view.y0 * zoom - view.y0, shown.canvas.width * zoom, shown.canvas.height * zoom);
    context.restore();
  }

  const start = (view, done) => {
    const { version } = app.shown;
    return PaintDensity.startDensity(app.model, app.measure(), app.shown.rows, view, app.theme, (drawn) => done({ ...drawn, version }));
  };

  /* Where it takes long, in coarse cells first: the reader soon sees the right lines, and then sees them sharp. */
  function request(view) {
    const [, share] = COARSE.find(([lines]) => app.shown.rows.length > lines) || [0, 1];
    const coarse = Sheet.scaleView(view, share);
    const isCoarse = isOf(picture, coarse);
    if (isCoarse || isOf(picture, view)) app.drawn();
    if (stop) stop();
    stop = null;
    if (isOf(picture, view)) return;
    const wanted = isCoarse ? view : coarse;
    stop = start(wanted, (drawn) => {
      stop = null;
      picture = drawn;
      showAgain();
    });
  }

  let prepared = null;

  /** Work out the density of a view without holding the page, so that `exact` finds it done. */
  const prepare = (view) =>
    new Promise((resolve) => {
      start(view, (drawn) => {
        prepared = drawn;
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
      const make = () => ({ ...PaintDensity.drawDensity(app.model, app.measure(), app.shown.rows, view, theme), version: app.shown.version });
      paint(context, view, isOf(prepared, view) ? prepared : make(), theme);
      prepared = null;
    },
  };
}

function addPainting(app) {
  const lookOf = (painted, shown) => makeLook(app.measure(), painted.theme, painted.tones, shown, app.colouring(painted.theme));
  const underlay = makeUnderlay(app, () => app.sheets.density.repaint());
  app.prepareDensity = (view) => (app.isDense() ? underlay.prepare(view) : Promise.resolve());
  app.faintness = () => (app.highlighted ? BEHIND : 1);

  /* `density` is "exact" for an image; on the screen it has a sheet of its own, and none is asked for. */
  app.paintLines = (context, view, painted, density) => {
    const crisp = crispRows(app);
    if (app.isDense()) {
      app.model.arcs.traceRows(crisp);
      if (density) underlay[density](context, view, painted.theme);
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
    base: Sheet.makeSheet("geobri-base", (context, view) => PaintBase.paintBase(context, view, app.base, app.tones), true),
    density: Sheet.makeSheet("geobri-density", (context, view) => {
      if (!app.isDense()) return;
      underlay.at(context, view, app.theme);
      underlay.request(view);
    }),
    lines: Sheet.makeSheet("geobri-lines", (context, view) => {
      app.paintLines(context, view, app, null);
      if (!app.isDense()) app.drawn();
    }, true),
    top: Sheet.makeSheet("geobri-top", (context, view) => {
      app.labels = app.paintTop(context, view, app);
    }),
  };
}

function repaint(app, names) {
  const sheets = names.flatMap((name) => (name === "lines" ? ["density", "lines"] : [name]));
  for (const name of sheets) if (app.sheets[name]._map) app.sheets[name].repaint();
}

/** Corridors and cities as one layer of Leaflet. */
function makeLayer(app) {
  const show = (isShown) => {
    app.isHidden = !isShown;
    for (const name of ["density", "lines", "top"]) app.leaflet.getPane(`geobri-${name}`).style.display = isShown ? "" : "none";
  };
  const Corridors = L.Layer.extend({ onAdd: () => show(true), onRemove: () => show(false) });
  return new Corridors();
}

export { addPainting, makeLayer, repaint };
