/* The map: one record, `app`, that the parts share. Here it is built and started. */
(function (G) {
  "use strict";

  const { h } = G.dom;

  function build(app, leafletId) {
    const element = h("div", { class: "geobri-map", id: leafletId, role: "application" });
    const summary = h("p", { class: "geobri-hidden", id: `${app.key}_summary` });
    const source = h("p", { class: "geobri-source" });
    app.live = h("div", { class: "geobri-hidden", "aria-live": "polite" });
    app.print = h("div", { class: "geobri-print" });
    app.root.append(summary, element);
    element.setAttribute("aria-describedby", summary.id);
    G.view.makeLeaflet(app, element);
    app.table = G.table.makeTable(app);
    app.tip = G.details.makeTip(app);
    app.panel = G.panel.makePanel(app);
    app.panel.setAttribute("role", "region");
    const { bar, zoom } = G.tools.makeTools(app);
    const legend = G.legend.makeLegend(app);
    legend.querySelector(".geobri-legend-body").after(source);
    app.root.append(
      h("div", { class: "geobri-left" }, app.panel, G.details.makeCard(app), legend),
      bar, zoom, app.table.element, app.tip.element, app.live, app.print,
    );
    app.onSync(() => {
      const place = app.isNarrow() ? app.panel : app.root; /* on a phone the buttons fold away with the controls */
      if (bar.parentNode !== place) place.append(bar);
      element.setAttribute("aria-label", app.config.title[app.state.lang]);
      app.root.setAttribute("aria-label", app.config.title[app.state.lang]);
      app.panel.setAttribute("aria-label", app.say("filters"));
      summary.textContent = `${app.config.summary[app.state.lang]} ${app.say("help")}`;
      source.textContent = app.config.source[app.state.lang] ? `${app.say("source")}: ${app.config.source[app.state.lang]}` : "";
      source.title = source.textContent; /* two lines of it are shown */
      source.hidden = !source.textContent;
      if (app.config.standalone) {
        document.title = app.config.title[app.state.lang];
        document.documentElement.lang = app.root.getAttribute("lang");
      }
    });
  }

  /** What a page may ask of the map; see map_parts in the Python package. */
  function makeInterface(app) {
    return {
      map: app.leaflet,
      ready: app.ready,
      getState: app.getState,
      setState: (wish) => app.set(wish),
      select: (slug) => app.select(slug),
      highlight: (what) => app.highlight(what),
      reset: () => app.reset(),
      drawn: () => Array.from(app.rows, app.model.idOf),
      highlighted: () => G.rows.markedCorridors(app).map(app.model.idOf),
      labels: () => app.labels.map((label) => ({ text: label.text, box: label.box })),
      arc: (id) => {
        const i = app.model.find(id);
        if (i < 0) return null;
        app.model.arcs.traceRows([i]);
        const { start, xs, ys } = app.model.arcs;
        return Array.from({ length: start[i + 1] - start[i] }, (_, v) => [xs[start[i] + v], ys[start[i] + v]]);
      },
      toPng: () => G.exporting.toBlob(app),
    };
  }

  function openMap(app, leafletId) {
    app.opening = G.state.blank(app.model, app.config);
    app.state = G.address.readHash(app) || app.opening;
    app.getState = () => JSON.parse(JSON.stringify(app.state));
    G.actions.updateTheme(app);
    G.rows.updateRows(app);
    G.rows.updateMarks(app);
    build(app, leafletId);
    G.painting.addPainting(app);
    app.sync();
    app.leaflet.options.minZoom = G.view.leastZoom(app); /* not setMinZoom: it would start an animation */
    G.view.showView(app);
    Object.values(app.sheets).forEach((sheet) => sheet.addTo(app.leaflet));
    G.listen.listenToMap(app);
    G.listen.listenToKeys(app);
    G.listen.listenToPage(app);
  }

  function start(key) {
    const root = document.getElementById(key);
    const config = JSON.parse(root.querySelector("script.geobri-data").textContent);
    const base = JSON.parse(document.getElementById(config.base).textContent);
    G.foliumShims.provideShims();
    const app = {
      key, root, config,
      model: G.model.readModel(config),
      base: { ...G.paintBase.readBase(base), url: base.url },
      baseCredit: base.credit,
      prefix: config.standalone ? "" : `${key}.`,
      width: root.clientWidth,
      rows: new Uint32Array(0), rowsVersion: 0, marked: new Set(), labels: [],
      pointed: {}, highlighted: null, picture: null, stopDensity: null, home: null, moving: false,
    };
    for (const value of app.model.cities.values.values()) {
      if (value.kind !== "category") value.strength = G.model.toStrength(value, value.numbers);
    }
    app.ready = new Promise((resolve) => {
      app.drawn = () => {
        app.drawn = () => {};
        requestAnimationFrame(() => {
          performance.mark("geobri:drawn");
          resolve(true);
        });
      };
    });
    G.naming.addNaming(app);
    G.naming.addQuestions(app);
    G.actions.addActions(app);
    openMap(app, root.dataset.leaflet);
    root.geobri = makeInterface(app);
    return root.geobri;
  }

  G.start = start;
})((window.geobriRuntime = window.geobriRuntime || {}));
