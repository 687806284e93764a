/* The map: one record, `app`, that the parts share; what the reader does goes through app.set. */
(function (G) {
  "use strict";

  const { h } = G.dom;
  const NARROW_PX = 640;
  const HASH_DELAY_MS = 300;
  const COARSE = window.matchMedia("(pointer: coarse)");
  const DARK = window.matchMedia("(prefers-color-scheme: dark)");
  const PANES = { base: 150, lines: 350, top: 450 };

  /* --- words and names ------------------------------------------------- */
  function addNaming(app) {
    const { cities } = app.model;
    app.say = (key, fill) => G.i18n.say(app.state.lang, key, fill);
    app.translate = (text) => (app.config.translations[text] || {})[app.state.lang] || text;
    app.cityName = (c) => (app.state.lang === "zh" ? cities.name_zh[c] : cities.name[c]);
    app.regionName = (c) => (cities.region[c] < 0 ? "" : app.translate(cities.regions[cities.region[c]]));
    app.endsOf = (i) => [app.model.origin[i], app.model.destination[i]];
    app.measure = () => app.model.values.get(app.state.value);
    app.credit = () => app.baseCredit;
    app.countText = () => {
      const count = (n) => G.i18n.formatNumber(app.state.lang, n, 0);
      const key = app.rows.length === app.model.n ? "countAll" : "countSome";
      return app.say(key, { n: count(app.rows.length), m: count(app.model.n) });
    };
  }

  /* --- questions the painters ask --------------------------------------- */
  function addQuestions(app) {
    /* Measured once, for painters ask for every city; a map that is not shown yet has no width. */
    app.isNarrow = () => app.width > 0 && app.width < NARROW_PX;
    app.isDense = () => app.rows.length > G.scale.STROKES_UP_TO;
    app.showsMissing = () => app.state.missing && app.state.range === null && app.state.top === null;
    app.isMarked = (c) => app.marked.has(c);
    app.isAway = (c) => app.rows.length < app.model.n && !app.touched[c] && !app.marked.has(c);
    app.importance = (c) => (app.marked.has(c) ? 1e9 : 0) + app.weight[c];
    app.isChanged = () => {
      const plain = (state) => ({ ...state, lang: "en", theme: "auto", corridor: null });
      return G.state.toHash(plain(app.state), plain(app.opening), "") !== "" || app.highlighted !== null;
    };
  }

  function markedCorridors(app) {
    const rows = [];
    if (app.highlighted) rows.push(...app.highlighted.corridors);
    if (app.state.corridor !== null) rows.push(app.model.find(app.state.corridor));
    if (app.pointed.corridor !== undefined) rows.push(app.pointed.corridor);
    return [...new Set(rows)];
  }

  function updateMarks(app) {
    app.marked = new Set(app.highlighted ? app.highlighted.cities : []);
    for (const i of markedCorridors(app)) app.endsOf(i).forEach((c) => app.marked.add(c));
    if (app.state.city !== null) app.marked.add(app.model.cities.position.get(app.state.city));
    if (app.pointed.city !== undefined) app.marked.add(app.pointed.city);
  }

  /** Rows to draw, the cities they touch, and how much each city weighs among them. */
  function updateRows(app) {
    app.rows = G.filters.select(app.model, app.state);
    const { strength } = app.measure();
    app.touched = new Uint8Array(app.model.cities.n);
    app.weight = new Float64Array(app.model.cities.n);
    for (const i of app.rows) {
      for (const c of app.endsOf(i)) {
        app.touched[c] = 1;
        app.weight[c] += Number.isNaN(strength[i]) ? 0.001 : 0.01 + strength[i];
      }
    }
    if (!app.isDense()) app.model.arcs.traceRows(app.rows);
    app.rowsVersion += 1;
  }

  /* --- painting ---------------------------------------------------------- */
  function addPainting(app) {
    const lookOf = (painted, shown) => G.paintCorridors.makeLook(app.measure(), painted.theme, painted.tones, shown);
    app.faintness = () => (app.highlighted ? 0.28 : 1);

    app.paintLines = (context, view, painted) => {
      const crisp = app.isDense() ? app.rows.subarray(0, G.scale.CRISP) : app.rows;
      app.model.arcs.traceRows(app.isDense() ? crisp : []);
      if (app.isDense() && app.picture) paintPicture(app, context, view, painted);
      G.paintCorridors.paintStrokes(context, view, app.model, lookOf(painted, app.rows.length), crisp, app.faintness());
    };
    app.paintTop = (context, view, painted) => {
      const rows = markedCorridors(app);
      app.model.arcs.traceRows(rows);
      G.paintCorridors.paintMarked(context, view, app.model, lookOf(painted, 1), rows);
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

  /* --- the view ---------------------------------------------------------- */
  const toLatLng = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, ((((x * 360) % 360) + 360) % 360) - 180];

  function leastZoom(app) {
    const size = app.leaflet.getSize();
    return Math.max(0, Math.log2(Math.max(256, Math.min(size.x, 1.5 * size.y)) / 256));
  }

  function homeBox(app) {
    const { cities, arcs, n } = app.model;
    const ys = [...cities.y];
    if (n <= G.scale.STROKES_UP_TO) {
      arcs.trace(n);
      for (let i = 0; i < n; i += 1) ys.push(arcs.box[4 * i + 1], arcs.box[4 * i + 3]);
    }
    return G.geometry.fitBox(cities.x, ys);
  }

  /** Fit all cities into what the panel leaves free. */
  function goHome(app) {
    const size = app.leaflet.getSize();
    const left = app.isNarrow() ? 0 : app.panel.offsetWidth + 16; /* also when folded: the legend stays there */
    const margin = app.isNarrow() ? 28 : 56;
    const box = homeBox(app);
    const room = [Math.max(80, size.x - left - 2 * margin), Math.max(80, size.y - 2 * margin)];
    const span = [Math.max(0.01, box.east - box.west), Math.max(0.01, box.south - box.north)];
    const wish = Math.log2(Math.min(room[0] / span[0], room[1] / span[1]) / 256);
    const zoom = Math.max(leastZoom(app), Math.min(6, Math.floor(wish * 10) / 10));
    const scale = 256 * 2 ** zoom;
    const fits = span[0] * scale <= room[0] + 2 * margin;
    const x = (box.west + box.east) / 2 - (fits ? left / 2 / scale : 0);
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

  /* --- what the reader does ----------------------------------------------- */
  function addActions(app) {
    const listeners = [];
    app.onSync = (run) => listeners.push(run);
    app.sync = () => {
      app.width = app.root.clientWidth;
      app.root.setAttribute("lang", app.state.lang === "zh" ? "zh-CN" : "en");
      app.root.dataset.theme = app.theme;
      app.root.classList.toggle("geobri-narrow", app.isNarrow());
      listeners.forEach((run) => run());
    };
    app.set = (wish) => {
      const old = app.state;
      app.state = G.state.merge(app.model, old, wish);
      afterChange(app, old);
    };
    app.select = (slug) => app.set({ city: slug, corridor: null });
    app.letGo = () => {
      app.highlighted = null;
      app.set(app.state.corridor !== null ? { corridor: null } : { city: null });
    };
    app.reset = () => {
      app.highlighted = null;
      app.set({ ...app.opening, lang: app.state.lang, theme: app.state.theme, corridor: null });
      showView(app);
    };
    app.point = (pointed) => {
      if (pointed.corridor === app.pointed.corridor && pointed.city === app.pointed.city) return;
      app.pointed = pointed;
      updateMarks(app);
      repaint(app, ["top"]);
    };
    app.highlight = ({ cities = [], corridors = [] } = {}) => {
      const known = {
        cities: cities.map((slug) => app.model.cities.position.get(slug)).filter((c) => c !== undefined),
        corridors: corridors.map((id) => app.model.find(id)).filter((i) => i >= 0),
      };
      app.highlighted = known.cities.length + known.corridors.length > 0 ? known : null;
      updateMarks(app);
      app.sync();
      repaint(app, ["lines", "top"]);
    };
    app.focusMap = () => app.leaflet.getContainer().focus({ preventScroll: true });
    app.saveImage = () => G.exporting.save(app);
    app.announce = (words) => {
      app.live.textContent = words;
    };
  }

  const FILTERS = ["value", "region", "coast", "range", "top", "city", "missing"];

  function afterChange(app, old) {
    const { state } = app;
    const differs = (names) => names.some((name) => JSON.stringify(state[name]) !== JSON.stringify(old[name]));
    if (differs(FILTERS)) {
      updateRows(app);
      if (state.corridor !== null && !app.rows.includes(app.model.find(state.corridor))) app.state = { ...state, corridor: null };
      app.announce(app.rows.length ? app.countText() : app.say("nothing"));
    }
    if (differs(["corridor", "city"])) app.filtersWanted = false;
    if (differs(["corridor"]) && app.state.corridor !== null) {
      const i = app.model.find(app.state.corridor);
      app.announce(`${G.details.plainName(app, i)}. ${app.measure().label[app.state.lang]}: ${G.details.valueText(app, app.measure(), i)}`);
    }
    if (differs(["theme"])) updateTheme(app);
    updateMarks(app);
    app.sync();
    repaint(app, differs(["theme"]) ? ["base", "lines", "top"] : ["lines", "top"]);
    if (differs(["view"])) showView(app);
    if (differs(["lang"])) tellPage("geobri:lang", { lang: state.lang, source: app.key });
    if (differs(["theme"])) tellPage("geobri:theme", { theme: state.theme, source: app.key });
    app.root.dispatchEvent(new CustomEvent("geobri:state", { detail: app.getState() }));
    writeHashSoon(app);
  }

  function tellPage(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }

  function updateTheme(app) {
    const { theme } = app.state;
    app.theme = theme === "auto" ? (DARK.matches ? "dark" : "light") : theme;
    app.tones = G.palette.TONES[app.theme];
  }

  /* --- the address ---------------------------------------------------------- */
  function writeHashSoon(app) {
    clearTimeout(app.hashTimer);
    app.hashTimer = setTimeout(() => writeHash(app), HASH_DELAY_MS);
  }

  function writeHash(app) {
    const mine = G.state.toHash(app.state, app.opening, app.prefix);
    const own = (part) => part.startsWith(app.prefix) && G.state.fromHash(part, app.prefix) !== null;
    const kept = window.location.hash.replace(/^#/, "").split("&").filter((part) => part.includes("=") && !own(part));
    /* An empty fragment would make the page jump to its top: the value stays. */
    const parts = [...kept, mine || `${app.prefix}value=${encodeURIComponent(app.state.value)}`];
    const hash = `#${parts.join("&")}`;
    if (window.location.hash === hash || (!mine && window.location.hash === "")) return;
    app.ownHash = hash;
    try {
      window.location.hash = hash;
    } catch {
      /* a frame that may not have an address: the map works without */
    }
  }

  function readHash(app) {
    const wish = G.state.fromHash(window.location.hash, app.prefix);
    return wish ? G.state.merge(app.model, app.opening, wish) : null;
  }

  /* --- events ------------------------------------------------------------------ */
  function listenToMap(app) {
    const map = app.leaflet;
    let waiting = null;
    const pickAt = (point) => {
      const city = G.pick.pickCity(app, point, COARSE.matches);
      if (city >= 0) return { city };
      const corridor = G.pick.pickCorridor(app, point, COARSE.matches);
      return corridor >= 0 ? { corridor } : {};
    };
    const hover = () => {
      const point = waiting;
      waiting = null;
      if (!point || (map.dragging && map.dragging.moving && map.dragging.moving())) return;
      const pointed = pickAt(point);
      const hit = pointed.city !== undefined || pointed.corridor !== undefined;
      app.point(pointed);
      map.getContainer().style.cursor = hit ? "pointer" : "";
      if (hit) app.tip.show(pointed, point);
      else app.tip.hide();
    };
    map.on("mousemove", (event) => {
      if (!waiting) requestAnimationFrame(hover);
      waiting = event.containerPoint;
    });
    map.on("mouseout dragstart zoomstart", () => {
      waiting = null;
      app.tip.hide();
      app.point({});
    });
    map.on("click", (event) => {
      const hit = pickAt(event.containerPoint);
      if (hit.city !== undefined) {
        const slug = app.model.cities.slug[hit.city];
        app.select(app.state.city === slug ? null : slug);
      } else if (hit.corridor !== undefined) app.set({ corridor: app.model.idOf(hit.corridor) });
      else app.letGo();
    });
    map.on("moveend", () => {
      if (app.moving) return;
      const view = viewOf(app);
      const same = app.home && view.every((part, k) => Math.abs(part - app.home[k]) < 1e-3);
      app.state = { ...app.state, view: same ? null : view };
      app.sync();
      writeHashSoon(app);
    });
    map.on("resize", () => {
      map.options.minZoom = leastZoom(app);
      if (!app.state.view) showView(app);
      app.sync();
    });
    if (!app.config.standalone) listenWithinText(app);
  }

  /** Within a text the wheel and the finger scroll the page, until the reader clicks or taps into the map. */
  function listenWithinText(app) {
    const map = app.leaflet;
    const hold = () => {
      map.scrollWheelZoom.disable();
      if (COARSE.matches) map.dragging.disable();
    };
    hold();
    map.on("click focus", () => {
      map.scrollWheelZoom.enable();
      map.dragging.enable();
    });
    map.on("mouseout blur", () => map.scrollWheelZoom.disable());
    document.addEventListener("pointerdown", (event) => {
      if (!app.root.contains(event.target)) hold();
    });
  }

  /** N and P step through the strongest corridors; Enter keeps one; Escape lets go. */
  function listenToKeys(app) {
    app.leaflet.getContainer().addEventListener("keydown", (event) => {
      const step = { n: 1, p: -1 }[event.key.toLowerCase()];
      if (step && !event.ctrlKey && !event.metaKey && !event.altKey && app.rows.length) {
        const at = app.pointed.corridor === undefined ? -1 : app.rows.indexOf(app.pointed.corridor);
        const next = at < 0 ? (step > 0 ? 0 : app.rows.length - 1) : (at + step + app.rows.length) % app.rows.length;
        const i = app.rows[next];
        app.point({ corridor: i });
        app.announce(`${G.details.plainName(app, i)}. ${app.measure().label[app.state.lang]}: ${G.details.valueText(app, app.measure(), i)}`);
      } else if (event.key === "Enter" && app.pointed.corridor !== undefined) {
        app.set({ corridor: app.model.idOf(app.pointed.corridor) });
      } else return;
      event.preventDefault();
    });
    app.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (app.table.isOpen()) app.table.toggle(false);
      else {
        app.point({});
        app.letGo();
      }
    });
  }

  function listenToPage(app) {
    const wished = (event, name) => (typeof event.detail === "string" ? event.detail : event.detail && event.detail[name]);
    for (const name of ["lang", "theme"]) {
      document.addEventListener(`geobri:${name}`, (event) => {
        const value = wished(event, name);
        if (event.detail && event.detail.source !== app.key && value && value !== app.state[name]) app.set({ [name]: value });
      });
    }
    DARK.addEventListener("change", () => {
      updateTheme(app);
      app.sync();
      repaint(app, ["base", "lines", "top"]);
    });
    window.addEventListener("hashchange", () => {
      if (window.location.hash === app.ownHash) return;
      const state = readHash(app);
      if (state) app.set(state);
    });
    window.addEventListener("beforeprint", () => {
      app.print.replaceChildren(G.exporting.toCanvas(app, "light"));
    });
    window.addEventListener("afterprint", () => app.print.replaceChildren());
    new ResizeObserver(() => app.leaflet.invalidateSize({ animate: false, pan: false })).observe(app.leaflet.getContainer());
  }

  /* --- building ------------------------------------------------------------------ */
  function build(app, leafletId) {
    const element = h("div", { class: "geobri-map", id: leafletId, role: "application" });
    const summary = h("p", { class: "geobri-hidden", id: `${app.key}_summary` });
    const source = h("p", { class: "geobri-source" });
    app.live = h("div", { class: "geobri-hidden", "aria-live": "polite" });
    app.print = h("div", { class: "geobri-print" });
    app.root.append(summary, element);
    element.setAttribute("aria-describedby", summary.id);
    makeLeaflet(app, element);
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
      highlighted: () => markedCorridors(app).map(app.model.idOf),
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
    app.state = readHash(app) || app.opening;
    app.getState = () => JSON.parse(JSON.stringify(app.state));
    updateTheme(app);
    updateRows(app);
    updateMarks(app);
    build(app, leafletId);
    addPainting(app);
    app.sync();
    app.leaflet.options.minZoom = leastZoom(app); /* not setMinZoom: it would start an animation */
    showView(app);
    Object.values(app.sheets).forEach((sheet) => sheet.addTo(app.leaflet));
    listenToMap(app);
    listenToKeys(app);
    listenToPage(app);
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
    addNaming(app);
    addQuestions(app);
    addActions(app);
    openMap(app, root.dataset.leaflet);
    root.geobri = makeInterface(app);
    return root.geobri;
  }

  G.start = start;
})((window.geobriRuntime = window.geobriRuntime || {}));
