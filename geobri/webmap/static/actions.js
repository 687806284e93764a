/* What the reader, the page or the address may do: everything goes through app.acts.set. */
import * as Details from "./details.js";
import * as Exporting from "./export.js";
import * as Painting from "./painting.js";
import * as Palette from "./palette.js";
import * as Rows from "./rows.js";
import * as State from "./state.js";
import * as View from "./view.js";

const NOTICE_MS = 8000;
const DARK = window.matchMedia("(prefers-color-scheme: dark)");

function addActions(app) {
  const listeners = [];
  app.acts.onSync = (run) => listeners.push(run);
  app.acts.sync = () => {
    app.change({ width: app.root.clientWidth, height: app.root.clientHeight }); /* asked before anything is written, for that lays the page out anew */
    app.root.setAttribute("lang", app.now.state.lang === "zh" ? "zh-CN" : "en");
    app.root.dataset.theme = app.now.theme;
    app.root.classList.toggle("geobri-narrow", app.asks.isNarrow());
    listeners.forEach((run) => run());
  };
  app.acts.set = (wish) => {
    const old = app.now.state;
    app.change({ state: State.merge(app.model, old, wish) });
    afterChange(app, old);
  };
  /* A slider moves faster than a map is drawn: its last wish of a frame is done. */
  let wished = null;
  app.acts.setNow = () => {
    const wish = wished;
    wished = null;
    if (wish) app.acts.set(wish);
  };
  app.acts.setSoon = (wish) => {
    if (!wished) requestAnimationFrame(app.acts.setNow);
    wished = wish;
  };
  app.acts.select = (slug) => app.acts.set({ city: slug, cities: null, corridor: null });
  /* Another city beside those that are chosen, or one of them no more. */
  app.acts.addCity = (slug) => {
    const { cities, city } = app.now.state;
    const list = cities ? cities.list : city === null ? [] : [city];
    const further = list.includes(slug) ? list.filter((one) => one !== slug) : [...list, slug];
    app.acts.set({ cities: further.length ? { ...cities, list: further } : null, city: null, corridor: null });
  };
  /* One of several corridors at a place that was clicked. */
  app.acts.pass = (here, at) => {
    app.change({ here });
    app.acts.set({ corridor: app.model.idOf(here[at]) });
  };
  /* The reader has moved the map; `view` is null where it stands as it opened. */
  app.acts.moved = (view) => {
    app.change({ state: { ...app.now.state, view } });
    app.acts.sync();
    app.address.writeSoon();
  };
  /* Run what a page asks; the events of that time say so, for a chart that would answer itself. */
  app.acts.asPage = (act) => {
    const { by } = app.now;
    app.change({ by: "page" });
    try {
      return act();
    } finally {
      app.change({ by });
    }
  };
  app.acts.getState = () => JSON.parse(JSON.stringify(app.now.state));
  app.acts.letGo = () => {
    app.change({ highlighted: null });
    app.acts.set(app.now.state.corridor !== null ? { corridor: null } : { city: null, cities: null });
  };
  app.acts.reset = () => {
    app.change({ highlighted: null });
    app.acts.set({ ...app.opening, lang: app.now.state.lang, theme: app.now.state.theme, corridor: null });
    View.showView(app);
  };
  /* A named view begins at the opening one, and leaves language and theme alone. */
  const viewState = (k) => State.merge(app.model, app.opening, k === null ? {} : app.config.views[k].state);
  const plain = (state) => JSON.stringify({ ...state, lang: null, theme: null, view: null, corridor: null });
  app.acts.namedView = () => {
    const found = [null, ...app.config.views.keys()].find((k) => plain(viewState(k)) === plain(app.now.state));
    return found === undefined ? null : String(found ?? "");
  };
  app.acts.showView = (k) => {
    const { lang, theme } = app.now.state;
    app.change({ highlighted: null });
    app.acts.set({ ...viewState(k), lang, theme });
    View.showView(app);
  };
  app.acts.point = (pointed) => {
    if (pointed.corridor === app.now.pointed.corridor && pointed.city === app.now.pointed.city) return;
    app.change({ pointed });
    tellHover(app, pointed);
    Painting.repaint(app, ["pointed"]);
  };
  app.acts.highlight = ({ cities = [], corridors = [] } = {}) => {
    const known = {
      cities: cities.map((slug) => app.model.cities.position.get(slug)).filter((c) => c !== undefined),
      corridors: corridors.map((id) => app.model.find(id)).filter((i) => i >= 0),
    };
    app.change({ highlighted: known.cities.length + known.corridors.length > 0 ? known : null });
    Rows.updateMarks(app);
    app.acts.sync();
    Painting.repaint(app, ["lines", "top"]);
  };
  app.acts.focusMap = () => app.leaflet.getContainer().focus({ preventScroll: true });
  app.acts.saveImage = () => Exporting.save(app);
  app.acts.saveDrawing = () => Exporting.saveSvg(app);
  app.acts.saveTable = () => Exporting.saveTable(app);
  app.acts.announce = (words) => {
    app.parts.live.textContent = words;
  };
  /* What everybody should read, not only those who listen. */
  let fading = null;
  app.acts.notify = (words) => {
    app.acts.announce(words);
    app.parts.notice.textContent = words;
    app.parts.notice.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => {
      app.parts.notice.hidden = true;
    }, NOTICE_MS);
  };
}

function afterChange(app, old) {
  const { state } = app.now;
  const differs = (names) => names.some((name) => JSON.stringify(state[name]) !== JSON.stringify(old[name]));
  if (differs(State.FILTERS)) {
    Rows.updateRows(app);
    if (state.corridor !== null && !app.now.shown.rows.includes(app.model.find(state.corridor))) app.change({ state: { ...state, corridor: null } });
    if (app.now.pointed.corridor !== undefined && !app.now.shown.rows.includes(app.now.pointed.corridor)) app.acts.point({});
    app.acts.announce(app.now.shown.rows.length ? app.words.countText() : app.words.say("nothing"));
  }
  if (differs(["corridor"]) && app.now.state.corridor !== null) {
    app.acts.announce(Details.sayCorridor(app, app.model.find(app.now.state.corridor)));
  }
  if (differs(["theme"])) updateTheme(app);
  Rows.updateMarks(app);
  app.acts.sync();
  Painting.repaint(app, differs(["theme"]) ? ["base", "lines", "top"] : ["lines", "top"]);
  if (differs(["view"])) View.showView(app);
  if (differs(["lang"])) tellPage("geobri:lang", { lang: state.lang, source: app.key });
  if (differs(["theme"])) tellPage("geobri:theme", { theme: state.theme, source: app.key });
  const { city, cities, corridor } = app.now.state;
  if (differs(["city", "cities"]) || app.now.state.corridor !== old.corridor) tellMap(app, "select", { city, cities: cities ? [...cities.list] : [], corridor });
  if (differs(State.FILTERS)) tellMap(app, "filter", { shown: app.now.shown.rows.length, of: app.asks.total(), filters: State.keepFilters(app.acts.getState()) });
  tellMap(app, "state", app.acts.getState());
  app.address.writeSoon();
}

/** What the reader points at, for charts beside the map. */
function tellHover(app, { city, corridor }) {
  tellMap(app, "hover", {
    city: city === undefined ? null : app.model.cities.slug[city],
    corridor: corridor === undefined ? null : app.model.idOf(corridor),
  });
}

/** An event of this map; `by` says whether the reader or the page brought it about. */
function tellMap(app, name, detail) {
  app.root.dispatchEvent(new CustomEvent(`geobri:${name}`, { detail: { ...detail, by: app.now.by } }));
}

function tellPage(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function updateTheme(app) {
  const { theme } = app.now.state;
  const shown = theme === "auto" ? (DARK.matches ? "dark" : "light") : theme;
  app.change({ theme: shown, tones: Palette.TONES[shown] });
}

export { addActions, updateTheme, DARK };
