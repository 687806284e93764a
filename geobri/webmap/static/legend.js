/* The legend: width and colour of the classes, the points, and what the lines are not. */
import { h } from "./dom.js";
import * as Dom from "./dom.js";
import * as I18n from "./i18n.js";
import * as Model from "./model.js";
import * as PaintCities from "./paint_cities.js";
import * as Palette from "./palette.js";
import { alphaOf, classColours, crowding, describeClasses, widthOf } from "./scale.js";
import * as Scale from "./scale.js";

const MOST_CATEGORIES = 8;

/** What the legend says, as plain records: used on the page and in the exported image. */
function describeLegend(app) {
  const measure = app.measure();
  const { lang } = app.state;
  const colours = classColours(app.theme);
  const measured = measure.unit[lang] ? "" : app.say("score");
  const kind = measure.kind === "rank" ? app.say("rank") : measured;
  const look = crowding(app.shown.crowd.shown, app.shown.crowd.known);
  const value = (number) => I18n.formatValue(lang, { ...measure, unit: { en: "", zh: "" } }, number);
  const lines = app.isDense() ? app.shown.rows.subarray(0, Scale.CRISP) : null;
  const classes = describeClasses(measure, lines).map((row) => ({
    colour: colours[row.c],
    width: widthOf(row.strength, look.thin),
    alpha: alphaOf(row.strength, look),
    text: value(row.low) === value(row.high) ? value(row.low) : `${value(row.low)}–${value(row.high)}`,
  }));
  return {
    title: measure.label[lang] + (measure.unit[lang] ? ` (${measure.unit[lang]})` : ""),
    kind: kind.toLowerCase() === measure.label[lang].toLowerCase() ? "" : kind,
    dense: app.isDense(),
    classes,
    missing: measure.known < app.model.n && app.showsMissing()
      ? { colour: app.tones.neutral, width: 1, alpha: 0.7, text: app.say(measure.kind === "rank" ? "withoutRank" : "withoutScore") }
      : null,
    points: describePoints(app),
    note: app.say("greatCircles"),
  };
}

function describePoints(app) {
  const { model, state, tones, theme } = app;
  const value = state.points === null ? null : model.cities.values.get(state.points);
  if (!value) {
    const kinds = new Set(model.cities.coastal);
    if (!kinds.has(0) || !kinds.has(1)) return null;
    return {
      title: null,
      items: [
        { fill: tones.point, stroke: tones.point, radius: 4, text: app.say("coastal") },
        { fill: tones.hollow, stroke: tones.point, radius: 4, text: app.say("inland") },
      ],
    };
  }
  if (value.kind !== "category") return describeMeasuredPoints(app, value);
  return {
    title: value.label[state.lang],
    items: value.categories.slice(0, MOST_CATEGORIES).map((name, code) => ({
      fill: PaintCities.categoryColour(value, code, theme), stroke: tones.hollow, radius: 5, text: app.translate(name),
    })),
  };
}

function describeMeasuredPoints(app, value) {
  const middle = (value.low + value.high) / 2;
  const numbers = [value.low, value.kind === "rank" ? Math.round(middle) : middle, value.high];
  if (value.direction > 0) numbers.reverse();
  const items = numbers.map((number) => ({
    ...PaintCities.measuredLook(app, Model.strengthOf(value, number)),
    text: I18n.formatValue(app.state.lang, value, number),
  }));
  return { title: value.label[app.state.lang], items };
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
  const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => Palette.css(Palette.ofStrength(t, app.theme)));
  const bar = h("span", { class: "geobri-ramp", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return h("div", { class: "geobri-density" },
    h("div", { class: "geobri-small" }, app.say("density")),
    bar,
    h("div", { class: "geobri-ends geobri-small" }, h("span", {}, app.say("few")), h("span", {}, app.say("many"))),
    h("div", { class: "geobri-small" }, app.say("strongestLines", { n: Scale.CRISP })));
}

function fill(app, box) {
  const legend = describeLegend(app);
  const rows = [...legend.classes, ...(legend.missing ? [legend.missing] : [])];
  box.replaceChildren(
    h("div", { class: "geobri-legend-title" }, legend.title, legend.kind ? h("span", { class: "geobri-muted" }, ` · ${legend.kind}`) : null),
    ...(legend.dense ? [ramp(app)] : []),
    h("ul", { class: "geobri-classes" }, ...rows.map((row) =>
      h("li", {}, h("span", { class: "geobri-sample" }, lineSample(row)), h("span", {}, row.text)))),
    ...(legend.points && legend.points.title ? [h("div", { class: "geobri-legend-title" }, legend.points.title)] : []),
    h("div", { class: "geobri-last" },
      h("ul", { class: "geobri-points" }, ...(legend.points ? legend.points.items : []).map((item) =>
        h("li", {}, pointSample(item), h("span", {}, item.text)))),
      h("div", { class: "geobri-small geobri-muted" }, legend.note)),
  );
}

function makeLegend(app) {
  const body = h("div", { class: "geobri-legend-body" });
  const summary = h("summary", {}, h("span", {}), Dom.icon("chevron"));
  const box = h("details", { class: "geobri-card geobri-legend", open: !app.isNarrow() }, summary, body);
  app.onSync(() => {
    if (!app.isNarrow()) box.open = true; /* only phones can fold it */
    summary.firstChild.textContent = app.say("legend");
    fill(app, body);
  });
  return box;
}

export { makeLegend, describeLegend };
