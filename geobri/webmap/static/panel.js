/* The control panel: title, search, value, filters, count and reset. */
import { h, icon } from "./dom.js";
import { isQuantity } from "./scale.js";
import { describeSelection } from "./sentence.js";
import * as Filters from "./filters.js";
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

/** Quantities of nothing are no flows; they can be drawn like what is not known, thin and grey. */
function zerosField(app) {
  const input = h("input", { type: "checkbox" });
  const text = h("span", {});
  const label = h("label", { class: "geobri-check" }, input, text);
  input.addEventListener("change", () => app.set({ zeros: input.checked }));
  app.onSync(() => {
    const measure = app.measure();
    label.hidden = !isQuantity(measure) || measure.low > 0 || measure.known === 0;
    input.checked = app.state.zeros && app.state.top === null;
    input.disabled = app.state.top !== null;
    text.textContent = app.say("drawZeros");
  });
  return label;
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
  const said = h("div", { class: "geobri-said geobri-small" });
  const left = h("div", { class: "geobri-left-out geobri-small geobri-muted" });
  const reset = h("button", { type: "button", class: "geobri-link" });
  reset.addEventListener("click", () => app.reset());
  app.onSync(() => {
    count.textContent = app.countText();
    left.textContent = app.leftText();
    left.hidden = !left.textContent;
    said.textContent = describeSelection(app);
    said.hidden = !said.textContent;
    reset.textContent = app.say("reset");
    reset.disabled = !app.isChanged();
  });
  return h("div", { class: "geobri-foot" }, h("div", { class: "geobri-spread" }, count, reset), said, left);
}

function header(app, panel) {
  const title = h(app.config.standalone ? "h1" : "h2", { class: "geobri-title" });
  const subtitle = h("p", { class: "geobri-subtitle geobri-muted" });
  const toggle = h("button", { type: "button", class: "geobri-button", "aria-controls": `${app.key}_controls` }, icon("filters"));
  toggle.addEventListener("click", () => {
    app.fold("controls", !app.unfolded().controls);
  });
  app.onSync(() => {
    const { lang } = app.state;
    title.textContent = app.config.title[lang];
    subtitle.textContent = app.config.subtitle[lang];
    subtitle.hidden = !subtitle.textContent;
    const { controls } = app.unfolded();
    panel.classList.toggle("geobri-folded", !controls);
    toggle.setAttribute("aria-expanded", String(controls));
    toggle.setAttribute("aria-label", app.say("filters"));
    toggle.title = app.say("filters");
  });
  return h("div", { class: "geobri-head" }, h("div", { class: "geobri-titles" }, title, subtitle), toggle);
}

function makePanel(app) {
  const panel = h("div", { class: "geobri-card geobri-panel" });
  const fields = [
    valueField(app), regionField(app), coastField(app), topField(app), zerosField(app), missingField(app), pointsField(app),
  ];
  const controls = h("div", { class: "geobri-controls", id: `${app.key}_controls` }, ...fields);
  panel.append(header(app, panel), Search.makeSearch(app), controls, footer(app));
  const hint = () => controls.classList.toggle("geobri-more", controls.scrollTop + controls.clientHeight < controls.scrollHeight - 4);
  controls.addEventListener("scroll", hint);
  app.onSync(() => requestAnimationFrame(hint));
  return panel;
}

export { makePanel };
