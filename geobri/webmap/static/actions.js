/* What the reader, the page or the address may do: everything goes through app.set. */
import * as Address from "./address.js";
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
  app.onSync = (run) => listeners.push(run);
  app.sync = () => {
    [app.width, app.height] = [app.root.clientWidth, app.root.clientHeight]; /* asked before anything is written, for that lays the page out anew */
    app.root.setAttribute("lang", app.state.lang === "zh" ? "zh-CN" : "en");
    app.root.dataset.theme = app.theme;
    app.root.classList.toggle("geobri-narrow", app.isNarrow());
    listeners.forEach((run) => run());
  };
  app.set = (wish) => {
    const old = app.state;
    app.state = State.merge(app.model, old, wish);
    afterChange(app, old);
  };
  /* A slider moves faster than a map is drawn: its last wish of a frame is done. */
  let wished = null;
  app.setNow = () => {
    const wish = wished;
    wished = null;
    if (wish) app.set(wish);
  };
  app.setSoon = (wish) => {
    if (!wished) requestAnimationFrame(app.setNow);
    wished = wish;
  };
  app.select = (slug) => app.set({ city: slug, cities: null, corridor: null });
  /* Another city beside those that are chosen, or one of them no more. */
  app.addCity = (slug) => {
    const { cities, city } = app.state;
    const list = cities ? cities.list : city === null ? [] : [city];
    const further = list.includes(slug) ? list.filter((one) => one !== slug) : [...list, slug];
    app.set({ cities: further.length ? { ...cities, list: further } : null, city: null, corridor: null });
  };
  app.letGo = () => {
    app.highlighted = null;
    app.set(app.state.corridor !== null ? { corridor: null } : { city: null, cities: null });
  };
  app.reset = () => {
    app.highlighted = null;
    app.set({ ...app.opening, lang: app.state.lang, theme: app.state.theme, corridor: null });
    View.showView(app);
  };
  /* A named view begins at the opening one, and leaves language and theme alone. */
  const viewState = (k) => State.merge(app.model, app.opening, k === null ? {} : app.config.views[k].state);
  const plain = (state) => JSON.stringify({ ...state, lang: null, theme: null, view: null, corridor: null });
  app.namedView = () => {
    const found = [null, ...app.config.views.keys()].find((k) => plain(viewState(k)) === plain(app.state));
    return found === undefined ? null : String(found ?? "");
  };
  app.showView = (k) => {
    const { lang, theme } = app.state;
    app.highlighted = null;
    app.set({ ...viewState(k), lang, theme });
    View.showView(app);
  };
  app.point = (pointed) => {
    if (pointed.corridor === app.pointed.corridor && pointed.city === app.pointed.city) return;
    app.pointed = pointed;
    tellHover(app, pointed);
    Painting.repaint(app, ["pointed"]);
  };
  app.highlight = ({ cities = [], corridors = [] } = {}) => {
    const known = {
      cities: cities.map((slug) => app.model.cities.position.get(slug)).filter((c) => c !== undefined),
      corridors: corridors.map((id) => app.model.find(id)).filter((i) => i >= 0),
    };
    app.highlighted = known.cities.length + known.corridors.length > 0 ? known : null;
    Rows.updateMarks(app);
    app.sync();
    Painting.repaint(app, ["lines", "top"]);
  };
  app.focusMap = () => app.leaflet.getContainer().focus({ preventScroll: true });
  app.saveImage = () => Exporting.save(app);
  app.saveDrawing = () => Exporting.saveSvg(app);
  app.saveTable = () => Exporting.saveTable(app);
  app.announce = (words) => {
    app.live.textContent = words;
  };
  /* What everybody should read, not only those who listen. */
  let fading = null;
  app.notify = (words) => {
    app.announce(words);
    app.notice.textContent = words;
    app.notice.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => {
      app.notice.hidden = true;
    }, NOTICE_MS);
  };
}

function afterChange(app, old) {
  const { state } = app;
  const differs = (names) => names.some((name) => JSON.stringify(state[name]) !== JSON.stringify(old[name]));
  if (differs(State.FILTERS)) {
    Rows.updateRows(app);
    if (state.corridor !== null && !app.shown.rows.includes(app.model.find(state.corridor))) app.state = { ...state, corridor: null };
    app.announce(app.shown.rows.length ? app.countText() : app.say("nothing"));
  }
  if (differs(["corridor"]) && app.state.corridor !== null) {
    const i = app.model.find(app.state.corridor);
    app.announce(`${Details.plainName(app, i)}. ${app.measure().label[app.state.lang]}: ${Details.valueText(app, app.measure(), i)}`);
  }
  if (differs(["theme"])) updateTheme(app);
  Rows.updateMarks(app);
  app.sync();
  Painting.repaint(app, differs(["theme"]) ? ["base", "lines", "top"] : ["lines", "top"]);
  if (differs(["view"])) View.showView(app);
  if (differs(["lang"])) tellPage("geobri:lang", { lang: state.lang, source: app.key });
  if (differs(["theme"])) tellPage("geobri:theme", { theme: state.theme, source: app.key });
  const { city, cities, corridor } = app.state;
  if (differs(["city", "cities"]) || app.state.corridor !== old.corridor) tellMap(app, "select", { city, cities: cities ? [...cities.list] : [], corridor });
  if (differs(State.FILTERS)) tellMap(app, "filter", { shown: app.shown.rows.length, of: app.total(), filters: keepFilters(app.getState()) });
  tellMap(app, "state", app.getState());
  Address.writeHashSoon(app);
}

/** What the reader points at, for charts beside the map. */
function tellHover(app, { city, corridor }) {
  tellMap(app, "hover", {
    city: city === undefined ? null : app.model.cities.slug[city],
    corridor: corridor === undefined ? null : app.model.idOf(corridor),
  });
}

const keepFilters = (state) => Object.fromEntries(State.FILTERS.map((name) => [name, state[name]]));

/** An event of this map; `by` says whether the reader or the page brought it about. */
function tellMap(app, name, detail) {
  app.root.dispatchEvent(new CustomEvent(`geobri:${name}`, { detail: { ...detail, by: app.by } }));
}

function tellPage(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function updateTheme(app) {
  const { theme } = app.state;
  app.theme = theme === "auto" ? (DARK.matches ? "dark" : "light") : theme;
  app.tones = Palette.TONES[app.theme];
}

export { addActions, updateTheme, DARK };
