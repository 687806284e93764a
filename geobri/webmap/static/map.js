/* The map: one record, `app`, that the parts share. Here it is built and started. */
import * as Actions from "./actions.js";
import * as Address from "./address.js";
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
import * as Naming from "./naming.js";
import * as PaintBase from "./paint_base.js";
import * as Painting from "./painting.js";
import * as Panel from "./panel.js";
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
  app.live = h("div", { class: "geobri-hidden", "aria-live": "polite" });
  app.notice = h("div", { class: "geobri-card geobri-notice", hidden: true });
  app.print = h("div", { class: "geobri-print" });
  app.root.append(summary, element);
  element.setAttribute("aria-describedby", summary.id);
  View.makeLeaflet(app, element);
  app.table = Table.makeTable(app);
  app.lasso = makeLasso(app);
  app.tip = Details.makeTip(app);
  app.panel = Panel.makePanel(app);
  app.panel.setAttribute("role", "region");
  const { bar, zoom } = Tools.makeTools(app);
  app.scaleBar = makeScaleBar(app);
  const legend = Legend.makeLegend(app);
  legend.querySelector(".geobri-legend-body").after(source);
  app.root.append(
    h("div", { class: "geobri-left" }, app.panel, Details.makeCard(app), legend),
    bar, zoom, app.scaleBar.element, app.lasso.element, app.table.element, app.tip.element, app.notice, app.live, app.print,
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

function openMap(app, leafletId) {
  app.opening = State.blank(app.model, app.config);
  app.state = Address.readHash(app) || app.opening;
  app.getState = () => JSON.parse(JSON.stringify(app.state));
  Actions.updateTheme(app);
  Rows.updateRows(app);
  Rows.updateMarks(app);
  build(app, leafletId);
  Painting.addPainting(app);
  app.layer = Painting.makeLayer(app);
  app.sync();
  View.showView(app);
  app.scaleBar.show();
  Object.values(app.sheets).forEach((sheet) => sheet.addTo(app.leaflet));
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

/** Long columns take a while to unpack and to sort: done one by one while nobody waits, so that a change of measure is quick. */
function readAhead(app) {
  const { n, values } = app.model;
  const parts = (key) => [
    () => values.unpack(key),
    () => values.column(key),
    () => values.get(key),
    () => classRows(values.get(key).scale),
    () => binRows(values.get(key).scale),
  ];
  const work = n > STROKES_UP_TO ? values.keys.flatMap(parts) : [];
  const next = () => {
    work.shift()();
    if (work.length) whenCalm(next);
  };
  if (work.length) whenCalm(next);
}

function start(key) {
  const root = document.getElementById(key);
  const config = readWhole(root.querySelector("script.geobri-data"), root);
  if (config.words) config.translations = toJson(config.words);
  const base = readWhole(document.getElementById(config.base), root);
  if (config.place) callPlaces(config.place);
  FoliumShims.provideShims();
  const app = {
    key, root, config,
    model: Model.readModel(config),
    base: { ...PaintBase.readBase(base), url: base.url },
    baseCredit: base.credit,
    basePacked: base,
    prefix: config.standalone ? "" : `${key}.`,
    width: root.clientWidth, height: root.clientHeight,
    shown: { version: 0 }, marked: new Set(), labels: [], pointedLabels: [],
    pointed: {}, highlighted: null, home: null, moving: false,
  };
  app.ready = new Promise((resolve) => {
    app.drawn = () => {
      app.drawn = () => {};
      requestAnimationFrame(() => {
        performance.mark("geobri:drawn");
        resolve(true);
      });
    };
  });
  app.ready.then(() => readAhead(app));
  Naming.addNaming(app);
  Naming.addQuestions(app);
  addFolding(app);
  Actions.addActions(app);
  openMap(app, root.dataset.leaflet);
  root.geobri = makeInterface(app);
  return root.geobri;
}

/** The corridors of a started map as a layer of Leaflet, so that its control can switch them. */
const layer = (key) => document.getElementById(key).geobri.layer;

export { start, layer };
