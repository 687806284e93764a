/* The range of a measure as a histogram with two handles below it: the axis of the legend. */
import { h } from "./dom.js";
import { makeHandles } from "./handles.js";
import { formatValue, sayFromTo } from "./i18n.js";
import { classColours, roundStep } from "./scale.js";

const BINS = 56;
const STEPS = 400;
const MOST_WHOLE = 400; /* so many whole numbers have a step each */
const HEIGHT = 44;
const WIDTH = 262; /* before it is laid out */
const LEAST_PX = 2; /* of a bar that is not empty */

/** Steps of the handles along a scale: from step to value, and back. */
function makeSteps(scale) {
  const { measure, start, end, isWhole, isLog } = scale;
  const whole = isWhole && !isLog && end - start <= MOST_WHOLE && end > start;
  const n = whole ? end - start : STEPS;
  const fine = isLog ? 0 : roundStep((end - start) / STEPS / 2 || 1, isWhole);
  const valueAt = (step) => {
    if (step <= 0) return Math.min(measure.low, start);
    if (step >= n) return Math.max(measure.high, end);
    if (whole) return start + step;
    const value = scale.valueAt(step / n);
    if (isLog) return Number(value.toPrecision(value < 1000 || !isWhole ? 3 : 4));
    return Number((Math.round(value / fine) * fine).toPrecision(12));
  };
  return { n, valueAt, stepOf: (value) => Math.round(scale.positionOf(value) * n) };
}

const NO_BIN = 255;
const binned = new WeakMap();

/** Whole numbers with few values get a bar each. */
const binsOf = (scale) => (scale.isWhole && !scale.isLog && scale.end - scale.start < BINS ? scale.end - scale.start + 1 : BINS);

/** For each row its part of the axis, of equal ones; found once for a scale. */
function binRows(scale) {
  if (!binned.has(scale)) {
    const { numbers } = scale.measure;
    const n = binsOf(scale);
    const bins = new Uint8Array(numbers.length);
    for (let i = 0; i < bins.length; i += 1) {
      bins[i] = Number.isNaN(scale.strengthOf(numbers[i])) ? NO_BIN : Math.min(n - 1, Math.floor(scale.positionOf(numbers[i]) * n));
    }
    binned.set(scale, bins);
  }
  return binned.get(scale);
}

/** Rows in each part of the axis, and how many of these are shown. */
function countBins(scale, rows) {
  const n = binsOf(scale);
  const bin = binRows(scale);
  const [all, shown] = [new Uint32Array(NO_BIN + 1), new Uint32Array(NO_BIN + 1)];
  for (let i = 0; i < bin.length; i += 1) all[bin[i]] += 1;
  for (let r = 0; r < rows.length; r += 1) shown[bin[rows[r]]] += 1;
  return { all: all.subarray(0, n), shown: shown.subarray(0, n) };
}

function paintBars(canvas, width, scale, rows, theme, tones) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const n = binsOf(scale);
  const { all, shown } = countBins(scale, rows);
  const most = Math.max(1, ...all);
  const colours = classColours(scale, theme);
  const tall = (count) => (count ? Math.max(LEAST_PX, (HEIGHT - 2) * Math.sqrt(count / most)) : 0);
  const bar = width / n;
  for (let b = 0; b < n; b += 1) {
    const [x, wide] = [b * bar, Math.max(1, bar - (bar > 3 ? 1 : 0.4))];
    context.globalAlpha = 0.28;
    context.fillStyle = tones.neutral;
    context.fillRect(x, HEIGHT - tall(all[b]), wide, tall(all[b]));
    context.globalAlpha = 1;
    context.fillStyle = colours[scale.classOf(n === BINS ? scale.valueAt((b + 0.5) / n) : scale.start + b)];
    context.fillRect(x, HEIGHT - tall(shown[b]), wide, tall(shown[b]));
  }
}

/** Histogram, track and handles; everything follows the state. */
function makeRange(app) {
  const text = h("output", { class: "geobri-range-text" });
  const title = h("span", {});
  const bars = h("canvas", { class: "geobri-bars", "aria-hidden": "true" });
  const track = h("div", { class: "geobri-track", "aria-hidden": "true" }, h("div", { class: "geobri-track-on" }));
  const inputs = [0, 1].map(() => h("input", { type: "range", step: 1, min: 0 }));
  const box = h("div", { class: "geobri-axis" }, bars, h("div", { class: "geobri-range" }, track, ...inputs),
    h("div", { class: "geobri-spread geobri-small" }, title, text));
  let steps = null;

  const ends = () => {
    const { measure, start, end } = app.asks.measure().scale;
    const range = app.now.state.range || [Math.min(measure.low, start), Math.max(measure.high, end)];
    return [Math.max(range[0], Math.min(measure.low, start)), Math.min(range[1], Math.max(measure.high, end))];
  };
  let width = WIDTH;
  const paint = () => paintBars(bars, width, app.asks.measure().scale, app.now.shown.rows, app.now.theme, app.now.tones);
  const handles = makeHandles({
    ends,
    put: (k, value) => {
      inputs[k].value = steps.stepOf(value);
    },
  });
  inputs.forEach((input, k) => {
    input.addEventListener("focus", () => handles.hold(k));
    input.addEventListener("pointerdown", () => handles.hold(k));
    input.addEventListener("input", () => app.acts.setSoon({ range: handles.move(k, steps.valueAt(Number(input.value))) }));
    input.addEventListener("change", () => {
      app.acts.setNow();
      const now = handles.release();
      if (now >= 0 && now !== k) inputs[now].focus({ preventScroll: true });
      else handles.hold(k);
    });
    input.addEventListener("blur", () => handles.release());
  });
  app.acts.onSync(() => {
    const measure = app.asks.measure();
    const { scale } = measure;
    box.hidden = scale.start === scale.end || measure.known === 0;
    if (box.hidden) return;
    steps = makeSteps(scale);
    const say = (value) => formatValue(app.now.state.lang, measure, value);
    title.textContent = app.words.say(app.now.state.range ? "rangeShown" : "rangeAll");
    inputs.forEach((input, k) => {
      input.max = steps.n;
      input.setAttribute("aria-label", app.words.say(k ? "rangeTo" : "rangeFrom"));
      input.setAttribute("aria-valuetext", say(ends()[k]));
    });
    handles.sync();
    const [low, high] = ends().map((value) => formatValue(app.now.state.lang, { ...measure, unit: { en: "", zh: "" } }, value));
    text.textContent = sayFromTo(app.now.state.lang, low, high, " – ");
    const part = (value) => `${100 * scale.positionOf(value)}%`;
    Object.assign(track.firstChild.style, { left: part(ends()[0]), right: `calc(100% - ${part(ends()[1])})` });
    paint();
  });
  /* The card is unfolded, or laid out for the first time. */
  new ResizeObserver(() => {
    width = bars.clientWidth || WIDTH;
    if (steps && !box.hidden) paint();
  }).observe(bars);
  return box;
}

export { makeRange, makeSteps, binRows, countBins };
