/* The map: `app`, the record that its parts share, is made, filled and closed here, and the map started. */
import * as Actions from "./actions.js";
import { makeAddress } from "./address.js";
import { classRows } from "./classes.js";
import { toJson } from "./decode.js";
import * as Details from "./details.js";
import { h } from "./dom.js";
import * as FoliumShims from "./folium_shims.js";
import { callPlaces } from "./i18n.js";
import { makeInterface } from "./interface.js";
import * as Legend from "./legend.js";
import * as Listen from "./listen.js";
import * as Model from "./model.js";
import { makeNow } from "./now.js";
import * as Naming from "./naming.js";
import * as PaintBase from "./paint_base.js";
import * as Painting from "./painting.js";
import * as Panel from "./panel.js";
import * as Pick from "./pick.js";
import { binRows } from "./range.js";
import * as Rows from "./rows.js";
import { STROKES_UP_TO } from "./scale.js";
import * as State from "./state.js";
import * as Table from "./table.js";
import * as Tools from "./tools.js";
import { makeLasso } from "./lasso.js";
import { addFolding } from "./folding.js";
import { makeScaleBar } from "./scalebar.js";
import * as View from "./view.js";
import { readWhole } from "./whole.js";


function build(app, leafletId) {
  const element = h("div", { class: "geobri-map", id: leafletId, role: "application" });
  const summary = h("p", { class: "geobri-hidden", id: `${app.key}_summary` });
  const source = h("p", { class: "geobri-source" });
  app.parts.live = h("div", { class: "geobri-hidden", "aria-live": "polite" });
  app.parts.notice = h("div", { class: "geobri-card geobri-notice", hidden: true });
  app.parts.print = h("div", { class: "geobri-print" });
  app.root.append(summary, element);
  element.setAttribute("aria-describedby", summary.id);
  app.leaflet = View.makeLeaflet(app, element);
  app.parts.table = Table.makeTable(app);
  app.parts.lasso = makeLasso(app);
  app.parts.tip = Details.makeTip(app);
  app.parts.panel = Panel.makePanel(app);
  app.parts.panel.setAttribute("role", "region");
  const { bar, zoom } = Tools.makeTools(app);
  app.parts.scaleBar = makeScaleBar(app);
  const legend = Legend.makeLegend(app);
  legend.querySelector(".geobri-legend-body").after(source);
  app.root.append(
    h("div", { class: "geobri-left" }, app.parts.panel, Details.makeCard(app), legend),
    bar, zoom, app.parts.scaleBar.element, app.parts.lasso.element, app.parts.table.element, app.parts.tip.element, app.parts.notice, app.parts.live, app.parts.print,
  );
  app.acts.onSync(() => {
    const { lang } = app.now.state;
    const place = app.asks.isNarrow() ? app.parts.panel : app.root; /* on a phone the buttons fold away with the controls */
    if (bar.parentNode !== place) place.append(bar);
    element.setAttribute("aria-label", app.config.title[lang]);
    app.root.setAttribute("aria-label", app.config.title[lang]);
    app.parts.panel.setAttribute("aria-label", app.words.say("filters"));
    summary.textContent = `${app.config.summary[lang]} ${app.words.say("help")}`;
    source.textContent = app.config.source[lang] ? `${app.words.say("source")}: ${app.config.source[lang]}` : "";
    source.title = source.textContent; /* two lines of it are shown */
    source.hidden = !source.textContent;
    if (app.config.standalone) {
      document.title = app.config.title[lang];
      document.documentElement.lang = app.root.getAttribute("lang");
    }
  });
}

function openMap(app, leafletId) {
  app.change({ state: app.address.read() || app.opening });
  Actions.updateTheme(app);
  Rows.updateRows(app);
  Rows.updateMarks(app);
  build(app, leafletId);
  Painting.addPainting(app);
  app.parts.layer = Painting.makeLayer(app);
  app.acts.sync();
  View.showView(app);
  app.parts.scaleBar.show();
  Object.values(app.painting.sheets).forEach((sheet) => sheet.addTo(app.leaflet));
  Listen.listenToMap(app);
  Listen.listenToKeys(app);
  Listen.listenToPage(app);
}

const soon = window.requestIdleCallback || ((work) => setTimeout(work, 50));
const CALM_MS = 25; /* of leisure: less, and the reader is doing something */
const PATIENCE = 100;

/** Run work while nothing moves; in a page where something always moves, after a while all the same. */
const whenCalm = (work, patience = PATIENCE) => soon((deadline) => {
  if (patience && deadline && deadline.timeRemaining() < CALM_MS) whenCalm(work, patience - 1);
  else work();
});

/**
 * Long columns take a while to unpack and to sort, and the first look for what lies at a place longer than later ones: done
 * one by one while nobody waits, so that the first hover and a change of measure are quick.
 */
function readAhead(app) {
  const { n, values } = app.model;
  const parts = (key) => [
    () => values.unpack(key),
    () => values.column(key),
    () => values.get(key),
    () => classRows(values.get(key).scale),
    () => binRows(values.get(key).scale),
  ];
  const look = () => Pick.pickCorridors(app, app.leaflet.getSize().divideBy(2), false);
  const work = n > STROKES_UP_TO ? [look, look, ...values.keys.flatMap(parts)] : [];
  const next = () => {
    work.shift()();
    if (work.length) whenCalm(next);
  };
  if (work.length) whenCalm(next);
}

/** A promise of the first picture, and what keeps it. */
function makeFirst() {
  let keep = null;
  const ready = new Promise((resolve) => {
    keep = () => {
      keep = null;
      requestAnimationFrame(() => {
        performance.mark("geobri:drawn");
        resolve(true);
      });
    };
  });
  return { ready, drawn: () => keep && keep() };
}

/**
 * What the parts of a map share, made once: its data, what is true at the moment (now.js), and by chapter what each part
 * does for the others: `acts` (actions.js), `words` and `asks` (naming.js), `painting` (painting.js), `folding` (folding.js),
 * `address` (address.js) and `parts` (build, above). The chapters are filled while the map is built, and then closed.
 */
function makeApp(key, root, config, base) {
  const model = Model.readModel(config);
  const { now, change } = makeNow({
    state: null, theme: null, tones: null, width: root.clientWidth, height: root.clientHeight, by: "reader",
    shown: { version: 0 }, marked: new Set(), pointed: {}, highlighted: null, here: null, home: null, moving: false,
  });
  const app = {
    key, root, config, model, now, change,
    prefix: config.standalone ? "" : `${key}.`,
    base: { ...PaintBase.readBase(base), url: base.url, credit: base.credit, packed: base },
    opening: State.blank(model, config),
    first: makeFirst(), acts: {}, words: {}, asks: {}, painting: {}, folding: {}, parts: {},
    address: null, leaflet: null,
  };
  app.address = makeAddress(app);
  return app;
}

const isPlain = (chapter) => Object.getPrototypeOf(chapter) === Object.prototype;

function start(key) {
  const root = document.getElementById(key);
  const config = readWhole(root.querySelector("script.geobri-data"), root);
  if (config.words) config.translations = toJson(config.words);
  const base = readWhole(document.getElementById(config.base), root);
  if (config.place) callPlaces(config.place);
  FoliumShims.provideShims();
  const app = makeApp(key, root, config, base);
  app.first.ready.then(() => readAhead(app));
  Naming.addNaming(app);
  Naming.addQuestions(app);
  addFolding(app);
  Actions.addActions(app);
  openMap(app, root.dataset.leaflet);
  Object.values(app).filter(isPlain).forEach(Object.freeze);
  Object.freeze(app);
  root.geobri = makeInterface(app);
  return root.geobri;
}

/** The corridors of a started map as a layer of Leaflet, so that its control can switch them. */
const layer = (key) => document.getElementById(key).geobri.layer;

export { start, layer };
