/* Three sheets: the base, the lines, and cities with labels on top. */
(function (G) {
  "use strict";

  function addPainting(app) {
    const lookOf = (painted, shown) => G.paintCorridors.makeLook(app.measure(), painted.theme, painted.tones, shown);
    app.faintness = () => (app.highlighted ? 0.28 : 1);

    app.paintLines = (context, view, painted) => {
      const crisp = app.isDense() ? app.rows.subarray(0, G.scale.CRISP) : app.rows;
      app.model.arcs.traceRows(app.isDense() ? crisp : []);
      if (app.isDense() && app.picture) paintPicture(app, context, view, painted);
      G.paintCorridors.paintStrokes(context, view, app.model, lookOf(painted, app.crowd), crisp, app.faintness());
    };
    app.paintTop = (context, view, painted) => {
      const rows = G.rows.markedCorridors(app);
      app.model.arcs.traceRows(rows);
      G.paintCorridors.paintMarked(context, view, app.model, lookOf(painted, { shown: 1, known: 1 }), rows);
      return G.paintCities.paintCities(context, view, painted);
    };
    app.sheets = {
      base: G.sheet.makeSheet("geobri-base", (context, view) => G.paintBase.paintBase(context, view, app.base, app.tones)),
      lines: G.sheet.makeSheet("geobri-lines", (context, view) => {
        app.paintLines(context, view, app);
        if (app.isDense()) requestDensity(app, view);
        else app.drawn();
      }),
      top: G.sheet.makeSheet("geobri-top", (context, view) => {
        app.labels = app.paintTop(context, view, app);
      }),
    };
  }

  /** The density of an earlier view, laid where it belongs in this one. */
  function paintPicture(app, context, view, painted) {
    const { grid, view: old, version } = app.picture;
    const zoom = view.scale / old.scale;
    if (app.picture.theme !== painted.theme) Object.assign(app.picture, { theme: painted.theme, canvas: G.paintDensity.toCanvas(grid, painted.theme) });
    context.save();
    context.globalAlpha = (version === app.rowsVersion ? 1 : 0.4) * app.faintness();
    context.drawImage(app.picture.canvas, old.x0 * zoom - view.x0, old.y0 * zoom - view.y0, old.width * zoom, old.height * zoom);
    context.restore();
  }

  const sameView = (a, b) => ["scale", "x0", "y0", "width", "height"].every((name) => a[name] === b[name]);

  /** First the window, then the rest of the sheet: the reader sees the lines early, and can drag without a rim. */
  function requestDensity(app, view) {
    const version = app.rowsVersion;
    const seen = G.sheet.windowOf(view);
    const has = (wish) => app.picture && app.picture.version === version && sameView(app.picture.view, wish);
    if (has(seen) || has(view)) app.drawn();
    if (has(view)) return;
    if (app.stopDensity) app.stopDensity();
    const wanted = has(seen) ? view : seen;
    app.stopDensity = G.paintDensity.startDensity(app.model, app.measure(), app.rows, wanted, (grid) => {
      app.stopDensity = null;
      app.picture = { grid, view: wanted, version, theme: null };
      app.sheets.lines.repaint();
    });
  }

  function repaint(app, names) {
    for (const name of names) if (app.sheets[name]._map) app.sheets[name].repaint();
  }

  G.painting = { addPainting, repaint };
})((window.geobriRuntime = window.geobriRuntime || {}));
