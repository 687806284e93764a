/* Three sheets: the base, the lines, and cities with labels on top. */
import * as PaintBase from "./paint_base.js";
import * as PaintCities from "./paint_cities.js";
import * as PaintCorridors from "./paint_corridors.js";
import * as PaintDensity from "./paint_density.js";
import * as Rows from "./rows.js";
import * as Scale from "./scale.js";
import * as Sheet from "./sheet.js";

function addPainting(app) {
  const lookOf = (painted, shown) => PaintCorridors.makeLook(app.measure(), painted.theme, painted.tones, shown);
  app.faintness = () => (app.highlighted ? 0.28 : 1);

  app.paintLines = (context, view, painted) => {
    const crisp = app.isDense() ? app.rows.subarray(0, Scale.CRISP) : app.rows;
    app.model.arcs.traceRows(app.isDense() ? crisp : []);
    if (app.isDense() && app.picture) paintPicture(app, context, view, painted);
    PaintCorridors.paintStrokes(context, view, app.model, lookOf(painted, app.crowd), crisp, app.faintness());
  };
  app.paintTop = (context, view, painted) => {
    const rows = Rows.markedCorridors(app);
    app.model.arcs.traceRows(rows);
    PaintCorridors.paintMarked(context, view, app.model, lookOf(painted, { shown: 1, known: 1 }), rows);
    return PaintCities.paintCities(context, view, painted);
  };
  app.sheets = {
    base: Sheet.makeSheet("geobri-base", (context, view) => PaintBase.paintBase(context, view, app.base, app.tones)),
    lines: Sheet.makeSheet("geobri-lines", (context, view) => {
      app.paintLines(context, view, app);
      if (app.isDense()) requestDensity(app, view);
      else app.drawn();
    }),
    top: Sheet.makeSheet("geobri-top", (context, view) => {
      app.labels = app.paintTop(context, view, app);
    }),
  };
}

/** The density of an earlier view, laid where it belongs in this one. */
function paintPicture(app, context, view, painted) {
  const { grid, view: old, version } = app.picture;
  const zoom = view.scale / old.scale;
  if (app.picture.theme !== painted.theme) Object.assign(app.picture, { theme: painted.theme, canvas: PaintDensity.toCanvas(grid, painted.theme) });
  context.save();
  context.globalAlpha = (version === app.rowsVersion ? 1 : 0.4) * app.faintness();
  context.drawImage(app.picture.canvas, old.x0 * zoom - view.x0, old.y0 * zoom - view.y0, old.width * zoom, old.height * zoom);
  context.restore();
}

const sameView = (a, b) => ["scale", "x0", "y0", "width", "height"].every((name) => a[name] === b[name]);

/** First the window, then the rest of the sheet: the reader sees the lines early, and can drag without a rim. */
function requestDensity(app, view) {
  const version = app.rowsVersion;
  const seen = Sheet.windowOf(view);
  const has = (wish) => app.picture && app.picture.version === version && sameView(app.picture.view, wish);
  if (has(seen) || has(view)) app.drawn();
  if (has(view)) return;
  if (app.stopDensity) app.stopDensity();
  const wanted = has(seen) ? view : seen;
  app.stopDensity = PaintDensity.startDensity(app.model, app.measure(), app.rows, wanted, (grid) => {
    app.stopDensity = null;
    app.picture = { grid, view: wanted, version, theme: null };
    app.sheets.lines.repaint();
  });
}

function repaint(app, names) {
  for (const name of names) if (app.sheets[name]._map) app.sheets[name].repaint();
}

export { addPainting, repaint };
