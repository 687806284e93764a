/* The control panel: title, search, value, filters, count and reset. */
import { h, icon } from "./dom.js";
import { makeHandles } from "./handles.js";
import * as Filters from "./filters.js";
import * as I18n from "./i18n.js";
import * as Search from "./search.js";

const MOST_PILLS = 8;
const MOST_LETTERS = 60;
const TOPS = [null, 5, 10, 20, 50];

/** A heading whose words follow the language. */
function heading(app, key, id) {
  const element = h("div", { class: "geobri-label", id });
  app.onSync(() => {
    element.textContent = app.say(key);
  });
  return element;
}

/** Radio buttons that look like pills. items: {value, text(): string, hidden(): boolean}. */
function pills(app, name, items, get, set) {
  const group = h("div", { class: "geobri-pills", role: "radiogroup" });
  for (const item of items) {
    const input = h("input", { type: "radio", name: `${app.key}_${name}` });
    const text = h("span", {});
    const label = h("label", { class: "geobri-pill" }, input, text);
    input.addEventListener("change", () => app.set(set(item.value)));
    app.onSync(() => {
      text.textContent = item.text();
      input.checked = get() === item.value;
      label.hidden = Boolean(item.hidden && item.hidden());
    });
    group.append(label);
  }
  return group;
}

function choice(app, options, get, set, labelKey) {
  const select = h("select", { class: "geobri-select" });
  select.addEventListener("change", () => app.set(set(select.value)));
  app.onSync(() => {
    const wanted = options();
    select.replaceChildren(...wanted.map(([value, text]) => h("option", { value }, text)));
    select.value = get();
    select.setAttribute("aria-label", app.say(labelKey));
  });
  return select;
}

function field(app, key, ...children) {
  const id = `${app.key}_${key}`;
  const box = h("div", { class: "geobri-field", role: "group", "aria-labelledby": id }, heading(app, key, id), ...children);
  return box;
}

function valueField(app) {
  const list = app.model.values.list;
  if (list.length < 2) return null;
  const letters = Math.max(...["en", "zh"].map((lang) => list.reduce((n, item) => n + item.label[lang].length, 0)));
  if (list.length > MOST_PILLS || letters > MOST_LETTERS) {
    const options = () => list.map((item) => [item.key, item.label[app.state.lang]]);
    return field(app, "show", choice(app, options, () => app.state.value, (value) => ({ value }), "show"));
  }
  const items = list.map((item) => ({ value: item.key, text: () => item.label[app.state.lang] }));
  return field(app, "show", pills(app, "value", items, () => app.state.value, (value) => ({ value })));
}

function regionField(app) {
  const { regions } = app.model.cities;
  if (regions.length < 2) return null;
  const set = (change) => ({ region: { ...app.state.region, ...change } });
  const modes = [["all", "all"], ["within", "inward"], ["leaving", "outward"], ["between", "between"]];
  const items = modes.map(([value, word]) => ({ value, text: () => app.say(word) }));
  const options = () => regions.map((name) => [name, app.translate(name)]);
  const first = choice(app, options, () => app.state.region.a, (a) => set({ a }), "region");
  const second = choice(app, options, () => app.state.region.b, (b) => set({ b }), "regionAnd");
  app.onSync(() => {
    first.hidden = app.state.region.mode === "all";
    second.hidden = app.state.region.mode !== "between";
  });
  const modePills = pills(app, "region", items, () => app.state.region.mode, (mode) => set({ mode }));
  return field(app, "regions", modePills, h("div", { class: "geobri-pair" }, first, second));
}

function coastField(app) {
  const met = new Set(app.model.coast);
  const kinds = [...Filters.COASTS].reverse().filter((kind) => met.has(Filters.COASTS.indexOf(kind)));
  if (kinds.length < 2) return null;
  const items = [null, ...kinds].map((kind) => ({ value: kind, text: () => app.say(kind || "all") }));
  return field(app, "cityTypes", pills(app, "coast", items, () => app.state.coast, (coast) => ({ coast })));
}

function topField(app) {
  const tops = TOPS.filter((top) => top === null || top < app.model.n);
  const items = tops.map((top) => ({ value: top, text: () => (top === null ? app.say("all") : String(top)) }));
  const custom = { value: "custom", text: () => String(app.state.top), hidden: () => tops.includes(app.state.top) };
  const get = () => (tops.includes(app.state.top) ? app.state.top : "custom");
  return field(app, "strongest", pills(app, "top", [...items, custom], get, (top) => (top === "custom" ? {} : { top })));
}

/** Two sliders on one track. */
function rangeField(app) {
  const title = h("span", {});
  const text = h("output", { class: "geobri-range-text" });
  const track = h("div", { class: "geobri-track", "aria-hidden": "true" }, h("div", { class: "geobri-track-on" }));
  const [low, high] = [h("input", { type: "range" }), h("input", { type: "range" })];
  const box = h("div", { class: "geobri-field" },
    h("div", { class: "geobri-label geobri-spread" }, title, text),
    h("div", { class: "geobri-range" }, track, low, high));
  const ends = () => {
    const measure = app.measure();
    return app.state.range || [measure.low, measure.high];
  };
  const inputs = [low, high];
  const handles = makeHandles({ ends, put: (k, value) => { inputs[k].value = value; } });
  inputs.forEach((input, k) => {
    input.addEventListener("focus", () => handles.hold(k));
    input.addEventListener("pointerdown", () => handles.hold(k));
    input.addEventListener("input", () => app.set({ range: handles.move(k, Number(input.value)) }));
    input.addEventListener("change", () => {
      const now = handles.release();
      if (now >= 0 && now !== k) inputs[now].focus({ preventScroll: true });
      else handles.hold(k);
    });
    input.addEventListener("blur", () => handles.release());
  });
  app.onSync(() => {
    const measure = app.measure();
    const say = (value) => I18n.formatValue(app.state.lang, measure, value);
    const scores = measure.unit[app.state.lang] ? measure.label[app.state.lang] : app.say("scores");
    title.textContent = measure.kind === "rank" ? app.say("ranks") : scores;
    box.hidden = measure.low === measure.high;
    const span = measure.high - measure.low;
    const step = measure.kind === "rank" && Number.isInteger(measure.low) && Number.isInteger(measure.high) ? 1 : "any";
    [low, high].forEach((input, end) => {
      Object.assign(input, { min: measure.low, max: measure.high, step });
      input.setAttribute("aria-label", `${title.textContent} ${end + 1}`);
      input.setAttribute("aria-valuetext", say(ends()[end]));
    });
    handles.sync();
    text.textContent = ends().map(say).join(" – ");
    const part = (value) => `${Math.max(0, Math.min(100, (100 * (value - measure.low)) / span))}%`;
    Object.assign(track.firstChild.style, { left: part(ends()[0]), right: `calc(100% - ${part(ends()[1])})` });
  });
  return box;
}

function missingField(app) {
  const input = h("input", { type: "checkbox" });
  const text = h("span", {});
  const label = h("label", { class: "geobri-check" }, input, text);
  input.addEventListener("change", () => app.set({ missing: input.checked }));
  app.onSync(() => {
    const measure = app.measure();
    label.hidden = measure.known === app.model.n;
    input.checked = app.showsMissing();
    input.disabled = app.state.range !== null || app.state.top !== null;
    text.textContent = app.say(measure.kind === "rank" ? "drawMissingRank" : "drawMissingScore");
  });
  return label;
}

function pointsField(app) {
  const { values } = app.model.cities;
  if (values.size === 0) return null;
  const options = () => [["", app.say("pointsSame")], ...[...values.values()].map((item) => [item.key, item.label[app.state.lang]])];
  const get = () => app.state.points || "";
  return field(app, "cityPoints", choice(app, options, get, (points) => ({ points: points || null }), "cityPoints"));
}

function footer(app) {
  const count = h("span", { class: "geobri-count" });
  const reset = h("button", { type: "button", class: "geobri-link" });
  reset.addEventListener("click", () => app.reset());
  app.onSync(() => {
    count.textContent = app.countText();
    reset.textContent = app.say("reset");
    reset.disabled = !app.isChanged();
  });
  return h("div", { class: "geobri-foot geobri-spread" }, count, reset);
}

const ROOM_PX = 860;

/** On a low window the controls make room for the card of a selection, unless the reader wants them back. */
function isSqueezed(app) {
  const selecting = app.state.city !== null || app.state.corridor !== null;
  return selecting && !app.filtersWanted && !app.isNarrow() && app.root.clientHeight < ROOM_PX;
}

function header(app, panel) {
  const title = h(app.config.standalone ? "h1" : "h2", { class: "geobri-title" });
  const subtitle = h("p", { class: "geobri-subtitle geobri-muted" });
  const toggle = h("button", { type: "button", class: "geobri-button", "aria-controls": `${app.key}_controls` }, icon("filters"));
  toggle.addEventListener("click", () => {
    const unfold = panel.classList.contains("geobri-folded") || isSqueezed(app);
    panel.classList.toggle("geobri-folded", !unfold);
    app.filtersWanted = unfold;
    app.sync();
  });
  app.onSync(() => {
    const { lang } = app.state;
    title.textContent = app.config.title[lang];
    subtitle.textContent = app.config.subtitle[lang];
    subtitle.hidden = !subtitle.textContent;
    panel.classList.toggle("geobri-squeezed", isSqueezed(app));
    toggle.setAttribute("aria-expanded", String(!panel.classList.contains("geobri-folded") && !isSqueezed(app)));
    toggle.setAttribute("aria-label", app.say("filters"));
    toggle.title = app.say("filters");
  });
  return h("div", { class: "geobri-head" }, h("div", { class: "geobri-titles" }, title, subtitle), toggle);
}

function makePanel(app) {
  const panel = h("div", { class: "geobri-card geobri-panel" });
  const fields = [
    valueField(app), regionField(app), coastField(app), topField(app), rangeField(app),
    missingField(app), pointsField(app),
  ];
  const controls = h("div", { class: "geobri-controls", id: `${app.key}_controls` }, ...fields);
  panel.append(header(app, panel), Search.makeSearch(app), controls, footer(app));
  if (app.isNarrow() || app.config.panel === "closed") panel.classList.add("geobri-folded");
  return panel;
}

export { makePanel };
