/* The sheets: the base, the density of many lines, those that are drawn one by one, cities with labels, and what is marked. */
import * as PaintBase from "./paint_base.js";
import * as PaintCities from "./paint_cities.js";
import { boxThickLines, clipToWorld, crispRows, makeLook, paintMarked, paintStrokes } from "./paint_corridors.js";
import * as PaintDensity from "./paint_density.js";
import * as Rows from "./rows.js";
import * as Sheet from "./sheet.js";
import { cardBoxes } from "./view.js";
import { drawWorlds, keepWhole, wholeView } from "./worlds.js";

const BEHIND = 0.28; /* how strong the lines stay behind a highlight */
const STALE = 0.4; /* and a density that belongs to an earlier selection */
/* Lines from which on the first picture is a coarse one, the share of a cell that a pixel then is, and how many lines it is made of. */
const COARSE = [[50000, 1 / 3], [8000, 1 / 2]];
const SOON = 8000;

const sameView = (a, b) => ["scale", "x0", "y0", "width", "height"].every((name) => a[name] === b[name]);

/* Densities have a cell for each pixel of the page, whatever the screen makes of it. */
const widen = (view) => wholeView(view, 1) || view;

/** What is drawn for a view of `n` lines in the end, and what at first, so that the reader soon sees the right lines; null where one picture is enough. */
function planPictures(view, n) {
  const last = { view: widen(view), every: 1 };
  const [, share] = COARSE.find(([lines]) => n > lines) || [];
  return { last, first: share ? { view: widen(Sheet.scaleView(view, share)), every: Math.ceil(n / SOON) } : null };
}

/**
 * The density that is painted below the lines of a dense map. `at` paints what there is of it, `request` works towards
 * the one of a view, `exact` gives that one now, for an image or a print.
 */
function makeUnderlay(app, showAgain) {
  let picture = null;
  let work = null; /* what is being drawn: of which version and view, and how it is stopped */
  const isOf = (found, { view, every }) => found && found.version === app.now.shown.version && found.every === every && sameView(found.view, view);

  function paint(context, view, shown, theme) {
    const zoom = view.scale / shown.view.scale;
    if (shown.theme !== theme) Object.assign(shown, { theme, canvas: PaintDensity.toCanvas(shown.grid, theme) });
    context.save();
    clipToWorld(context, view);
    context.globalAlpha = (shown.version === app.now.shown.version ? 1 : STALE) * app.painting.faintness();
    if (shown.view.isWhole) drawWorlds(context, shown.canvas, view, 1);
    else context.drawImage(shown.canvas, shown.view.x0 * zoom - view.x0, shown.view.y0 * zoom - view.y0, shown.canvas.width * zoom, shown.canvas.height * zoom);
    context.restore();
  }

  const start = (wanted, done) => {
    const { version } = app.now.shown;
    return PaintDensity.startDensity(app.model, app.asks.measure(), app.now.shown.rows, wanted, app.now.theme, (drawn) => done({ ...drawn, version, every: wanted.every }));
  };

  function request(view) {
    const { first, last } = planPictures(view, app.now.shown.rows.length);
    const isFirst = first && isOf(picture, first);
    const isLast = isOf(picture, last);
    if (isFirst || isLast) app.first.drawn();
    const wanted = isLast ? null : first && !isFirst ? first : last;
    if (work && wanted && isOf(work, wanted)) return;
    if (work) work.stop();
    work = null;
    if (!wanted) return;
    const stop = start(wanted, (drawn) => {
      work = null;
      picture = drawn;
      showAgain();
    });
    work = { ...wanted, version: app.now.shown.version, stop };
  }

  let prepared = null;

  /** Work out the density of a view without holding the page, so that `exact` finds it done. */
  const prepare = (view) => {
    const { last } = planPictures(view, app.now.shown.rows.length);
    return new Promise((resolve) => {
      if (isOf(picture, last)) resolve();
      else {
        start(last, (drawn) => {
          prepared = drawn;
          resolve();
        });
      }
    });
  };

  return {
    request,
    prepare,
    at: (context, view, theme) => {
      if (picture) paint(context, view, picture, theme);
    },
    exact: (context, view, theme) => {
      const { last } = planPictures(view, app.now.shown.rows.length);
      const found = [picture, prepared].find((one) => isOf(one, last));
      const make = () => ({ ...PaintDensity.drawDensity(app.model, app.asks.measure(), app.now.shown.rows, last.view, theme), version: app.now.shown.version });
      paint(context, view, found || make(), theme);
      prepared = null;
    },
  };
}

function addPainting(app) {
  const lookOf = (painted, shown) => makeLook(app.asks.measure(), painted.now.theme, painted.now.tones, shown, app.asks.colouring(painted.now.theme));
  const underlay = makeUnderlay(app, () => app.painting.sheets.density.repaint());
  app.painting.prepareDensity = (view) => (app.asks.isDense() ? underlay.prepare(view) : Promise.resolve());
  app.painting.faintness = () => (app.now.highlighted ? BEHIND : 1);

  /* `density` is "exact" for an image; on the screen it has a sheet of its own, and none is asked for. */
  app.painting.paintLines = (context, view, painted, density) => {
    const crisp = crispRows(app);
    if (app.asks.isDense()) {
      app.model.arcs.traceRows(crisp);
      if (density) underlay[density](context, view, painted.now.theme);
    }
    PaintCities.paintIdle(context, view, painted);
    paintStrokes(context, view, app.model, lookOf(painted, app.now.shown.crowd), crisp, app.painting.faintness());
  };
  /* Boxes that names keep clear of where they can: thick lines, and the cards over the map. */
  app.painting.keptClear = (view) => {
    if (app.asks.isDense()) return [];
    const [x, y] = view.inner;
    const cards = cardBoxes(app).map(({ left, top, right, bottom }) => [left + x, top + y, right + x, bottom + y]);
    return [...cards, ...boxThickLines(app.model, lookOf(app, app.now.shown.crowd), app.now.shown.rows, view)];
  };
  const paintMarks = (context, view, painted) => {
    const rows = Rows.markedCorridors(app);
    app.model.arcs.traceRows(rows);
    paintMarked(context, view, app.model, lookOf(painted, { shown: 1, known: 1 }), rows);
  };
  app.painting.paintTop = (context, view, painted) => {
    paintMarks(context, view, painted);
    const placed = PaintCities.paintCities(context, view, painted);
    PaintCities.paintPointed(context, view, painted, placed.labels);
    return placed;
  };
  addSheets(app, underlay, paintMarks);
}

/**
 * The sheets from the lowest to the uppermost. What the reader points at has sheets of its own, its line below the cities
 * and its ends above them: all cities with their labels anew would hold up the pointer.
 */
function addSheets(app, underlay, paintMarks) {
  const { makeSheet } = Sheet;
  const base = keepWhole((context, view) => PaintBase.paintBase(context, view, app.base, app.now.tones));
  const lines = keepWhole((context, view) => app.painting.paintLines(context, view, app, null));
  let [labels, ends] = [[], []]; /* of all cities, and of those that are pointed at */
  app.painting.sheets = {
    base: makeSheet("geobri-base", (context, view) => {
      PaintBase.paintWater(context, view, app.base, app.now.tones);
      base(context, view);
    }, { scrolls: true }),
    density: makeSheet("geobri-density", (context, view) => {
      if (!app.asks.isDense()) return;
      underlay.at(context, view, app.now.theme);
      underlay.request(view);
    }),
    lines: makeSheet("geobri-lines", (context, view) => {
      lines(context, view);
      if (!app.asks.isDense()) app.first.drawn();
    }, { scrolls: true }),
    marks: makeSheet("geobri-marks", (context, view) => paintMarks(context, view, app), { isEmpty: () => Rows.markedCorridors(app).length === 0 }),
    top: makeSheet("geobri-top", (context, view) => {
      labels = PaintCities.paintCities(context, view, app).labels;
    }),
    ends: makeSheet("geobri-ends", (context, view) => {
      ends = PaintCities.paintPointed(context, view, app, labels);
    }, { isEmpty: () => {
      const isEmpty = Rows.pointedCities(app).length === 0;
      if (isEmpty) ends = [];
      return isEmpty;
    } }),
  };
  app.painting.forget = { base: base.forget, lines: lines.forget };
  /* Labels as they stand on the map. */
  app.painting.labels = () => {
    for (const name of ["top", "ends"]) app.painting.sheets[name].settle();
    const pointed = new Set(ends.map((label) => label.c));
    return [...labels.filter((label) => !pointed.has(label.c)), ...ends];
  };
}

/* Names of what is painted anew, and their sheets; cities and labels follow a frame after the lines, so that these are soon seen. */
const PARTS = { base: ["base"], lines: ["density", "lines"], top: ["marks", "top", "ends"], pointed: ["marks", "ends"] };

function repaint(app, names) {
  for (const name of new Set(names.flatMap((part) => PARTS[part]))) {
    const sheet = app.painting.sheets[name];
    if (app.painting.forget[name]) app.painting.forget[name]();
    if (!sheet._map) continue;
    if (names.includes("top") && PARTS.top.includes(name)) sheet.repaintSoon();
    else sheet.repaint();
  }
}

/** Corridors and cities as one layer of Leaflet. */
function makeLayer(app) {
  let isHidden = false;
  app.painting.isHidden = () => isHidden;
  const show = (isShown) => {
    isHidden = !isShown;
    for (const name of ["density", "lines", "marks", "top", "ends"]) app.leaflet.getPane(`geobri-${name}`).style.display = isShown ? "" : "none";
  };
  const Corridors = L.Layer.extend({ onAdd: () => show(true), onRemove: () => show(false) });
  return new Corridors();
}

export { addPainting, makeLayer, repaint };
