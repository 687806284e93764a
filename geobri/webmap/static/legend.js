/* The legend: width and colour of the classes, the points, and what the lines are not. */
import { describeClasses } from "./classes.js";
import { h, icon } from "./dom.js";
import { groupFilter, groupWish } from "./groups.js";
import * as I18n from "./i18n.js";
import * as PaintCities from "./paint_cities.js";
import * as Palette from "./palette.js";
import { makeRange } from "./range.js";
import { CRISP, alphaOf, classColours, crowding, isQuantity, sampleValues, widthOf } from "./scale.js";

const MOST_CATEGORIES = 8;
const TWO_COLUMNS = 27; /* digits that fit beside each other in two columns of classes */

/** "20–40", or "−6 to −3": a dash between two minuses could not be told from them. */
function classText(app, measure, row) {
  const [low, high] = [row.low, row.high].map((number) => I18n.formatShort(app.now.state.lang, measure, number));
  return low === high ? low : I18n.sayFromTo(app.now.state.lang, low, high, "–");
}

/** What the legend says, as plain records: used on the page and in the exported image. */
function describeLegend(app) {
  const measure = app.asks.measure();
  const { lang } = app.now.state;
  const colours = classColours(measure.scale, app.now.theme);
  const look = crowding(app.now.shown.crowd.shown, app.now.shown.crowd.known);
  const rows = app.asks.isDense() ? app.now.shown.rows.subarray(0, CRISP) : measure.order;
  const classes = describeClasses(measure.scale, rows).map((row) => ({
    colour: app.now.state.colour === null ? colours[row.c] : app.now.tones.neutral,
    width: widthOf(row.strength, look.thin),
    alpha: alphaOf(row.strength, look),
    text: classText(app, measure, row),
  }));
  const grey = (text) => ({ colour: app.now.tones.neutral, width: 1, alpha: 0.7, text });
  return {
    title: measure.label[lang] + (measure.unit[lang] ? ` (${measure.unit[lang]})` : ""),
    kind: measure.kind === "rank" && !/rank|排/i.test(measure.label[lang]) ? app.words.say("rank") : "",
    scale: measure.scale.mode === "linear" ? "" : app.words.say(`scale_${measure.scale.mode}`),
    dense: app.asks.isDense(),
    types: describeTypes(app),
    classes,
    missing: [
      ...(isQuantity(measure) && measure.low <= 0 && app.now.state.zeros && app.now.state.top === null ? [grey(app.words.say("none"))] : []),
      ...(measure.known < app.model.n && app.asks.showsMissing() ? [grey(app.words.say(measure.kind === "rank" ? "withoutRank" : "withoutScore"))] : []),
    ],
    points: describePoints(app),
    note: app.now.state.lines ? app.words.say("greatCircles") : "",
  };
}

/** Types by which the lines are coloured; to choose one of them is a filter, to choose further ones adds to it. */
function describeTypes(app) {
  const type = app.model.types.find(({ key }) => key === app.now.state.colour);
  if (!type) return null;
  const chosen = app.now.state.types[type.key] || [];
  const without = (name) => (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return {
    title: type.label[app.now.state.lang],
    items: type.names.map((name, code) => ({
      colour: Palette.ofCategory(type, code, app.now.theme), width: 3, alpha: 1, text: app.words.translate(name),
      isOn: chosen.includes(name), pick: () => app.acts.set({ types: { ...app.now.state.types, [type.key]: without(name) } }),
    })),
  };
}

function describePoints(app) {
  const { model } = app;
  const { state, tones, theme } = app.now;
  const value = state.points === null ? null : model.cities.values.get(state.points);
  const n = model.idle ? model.idle.filter((is) => is).length : 0;
  const idle = n && !value ? [{ fill: tones.neutral, stroke: tones.neutral, radius: 1.5, text: app.words.say("idle", { n: I18n.formatNumber(state.lang, n, 0) }) }] : [];
  const coasts = PaintCities.tellsCoasts(app) ? [
    { fill: tones.point, stroke: tones.point, radius: 4, text: app.words.say("coastal") },
    { fill: tones.hollow, stroke: tones.point, radius: 4, text: app.words.say("inland") },
  ] : [];
  if (!value) return coasts.length || idle.length ? { title: null, items: [...coasts, ...idle] } : null;
  if (value.kind !== "category") return describeMeasuredPoints(app, value);
  return {
    title: value.label[state.lang],
    items: [
      ...value.categories.slice(0, MOST_CATEGORIES).map((name, code) => ({
        fill: Palette.ofCategory(value, code, theme), stroke: tones.hollow, radius: 5, text: app.words.translate(name), ...pickGroup(app, value.key, name),
      })),
      ...coasts,
    ],
  };
}

/** A category of cities chosen in the legend: the corridors within it, and again for all. */
function pickGroup(app, key, name) {
  const filter = groupFilter(app.now.state, key);
  const isOn = filter.mode === "within" && filter.a === name;
  return { isOn, pick: () => app.acts.set(groupWish(app.now.state, key, isOn ? { mode: "all" } : { mode: "within", a: name })) };
}

/** The tiers of a ranking: the classes of its points, with how many cities stand in each. */
function describeTiers(app, value) {
  const rows = Uint32Array.from(value.numbers.keys());
  return describeClasses(value.scale, rows).map((row) => ({
    ...PaintCities.measuredLook(app, value, Math.round((row.low + row.high) / 2)),
    text: app.words.say("tier", { ranks: classText(app, value, row), n: I18n.formatNumber(app.now.state.lang, row.n, 0) }),
  }));
}

function describeMeasuredPoints(app, value) {
  const items = value.kind === "rank" ? describeTiers(app, value) : sampleValues(value.scale).map((number) => ({
    ...PaintCities.measuredLook(app, value, number),
    text: I18n.formatShort(app.now.state.lang, value, number),
  }));
  const unit = value.unit[app.now.state.lang];
  return { title: value.label[app.now.state.lang] + (unit ? ` (${unit})` : ""), items };
}

function lineSample(item) {
  const line = h("span", { class: "geobri-line", "aria-hidden": "true" });
  line.style.height = `${Math.max(1, item.width)}px`;
  line.style.background = item.colour;
  line.style.opacity = item.alpha;
  return line;
}

function pointSample(item) {
  const dot = h("span", { class: "geobri-dot", "aria-hidden": "true" });
  const size = `${2 * item.radius}px`;
  Object.assign(dot.style, { width: size, height: size, background: item.fill, borderColor: item.stroke });
  return dot;
}

function ramp(app) {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => Palette.css(Palette.ofStrength(t, app.now.theme)));
  const bar = h("span", { class: "geobri-ramp", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return h("div", { class: "geobri-density" },
    h("div", { class: "geobri-small" }, app.words.say("density")),
    bar,
    h("div", { class: "geobri-ends geobri-small" }, h("span", {}, app.words.say("few")), h("span", {}, app.words.say("many"))),
    h("div", { class: "geobri-small" }, app.words.say(`lines_${app.asks.measure().front}`, { n: CRISP })));
}

/** The scale of the measure: as it suits the numbers, or as the reader chooses. */
function scaleChoice(app) {
  const select = h("select", { class: "geobri-select geobri-scale" });
  select.addEventListener("change", () => app.acts.set({ scale: select.value === "auto" ? null : select.value }));
  app.acts.onSync(() => {
    const { scale } = app.asks.measure();
    const option = (mode) => h("option", { value: mode }, app.words.say(`scale_${mode}`));
    select.replaceChildren(...scale.modes.map(option));
    select.value = scale.mode;
    select.hidden = scale.modes.length < 2 || scale.start === scale.end;
    select.setAttribute("aria-label", app.words.say("scale"));
    select.title = app.words.say("scale");
  });
  return select;
}

function lineRows(legend) {
  return [...legend.classes, ...legend.missing].map((row) => h("li", {}, h("span", { class: "geobri-sample" }, lineSample(row)), h("span", {}, row.text)));
}

/** Whether texts fit in two columns: the two longest may stand beside each other; a Chinese sign is as wide as two digits. */
function fitsTwice(texts) {
  const sizes = texts.map((text) => Array.from(text).reduce((n, sign) => n + (sign > "\u2e80" ? 2 : 1), 0)).sort((a, b) => b - a);
  return sizes.length < 4 || sizes[0] + sizes[1] <= TWO_COLUMNS;
}

/** An entry of the legend; one that can be chosen is a button. */
function entry(item, sample) {
  if (!item.pick) return h("li", {}, sample, h("span", {}, item.text));
  const button = h("button", { type: "button", class: "geobri-entry", "aria-pressed": String(item.isOn) }, sample, h("span", {}, item.text));
  button.addEventListener("click", item.pick);
  return h("li", {}, button);
}

/** The entries anew, with the focus where it was. */
function refill(list, entries) {
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...entries);
  const again = list.children[focused] && list.children[focused].querySelector("button");
  if (again) again.focus({ preventScroll: true });
}

function fillTypes(legend, box) {
  box.hidden = !legend.types;
  if (box.hidden) return;
  box.firstChild.textContent = legend.types.title;
  refill(box.lastChild, legend.types.items.map((item) => entry(item, h("span", { class: "geobri-sample" }, lineSample(item)))));
}

function fillPoints(legend, box) {
  const [title, list, note] = box.children;
  title.textContent = (legend.points && legend.points.title) || "";
  title.hidden = !title.textContent;
  refill(list, (legend.points ? legend.points.items : []).map((item) => entry(item, pointSample(item))));
  note.textContent = legend.note;
}

function makeLegend(app) {
  const title = h("div", { class: "geobri-legend-title" });
  const lines = h("ul", { class: "geobri-classes" });
  const density = h("div", {});
  const types = h("div", { class: "geobri-types" }, h("div", { class: "geobri-legend-title" }), h("ul", { class: "geobri-points" }));
  const points = h("div", { class: "geobri-last" }, h("div", { class: "geobri-legend-title" }), h("ul", { class: "geobri-points" }), h("div", { class: "geobri-small geobri-muted" }));
  const ofLines = h("div", {}, h("div", { class: "geobri-spread" }, title, scaleChoice(app)), makeRange(app), density, lines, types);
  const body = h("div", { class: "geobri-legend-body" }, ofLines, points);
  const summary = h("summary", {}, h("span", {}), icon("chevron"));
  const box = h("details", { class: "geobri-card geobri-legend" }, summary, body);
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    app.folding.fold("legend", !box.open);
  });
  app.acts.onSync(() => {
    box.open = app.folding.unfolded().legend;
    ofLines.hidden = !app.now.state.lines;
    const legend = describeLegend(app);
    summary.firstChild.textContent = app.words.say("legend");
    title.replaceChildren(legend.title, ...(legend.kind ? [h("span", { class: "geobri-muted" }, ` · ${legend.kind}`)] : []));
    density.replaceChildren(...(legend.dense ? [ramp(app)] : []));
    lines.replaceChildren(...lineRows(legend));
    lines.classList.toggle("geobri-single", !fitsTwice([...legend.classes, ...legend.missing].map(({ text }) => text)));
    fillTypes(legend, types);
    fillPoints(legend, points);
  });
  return box;
}

export { makeLegend, describeLegend };
