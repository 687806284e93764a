/* From a value to strength, class, colour and width: linear, logarithmic or by quantiles, with classes at round numbers. */
import * as Palette from "./palette.js";

const MODES = ["linear", "log", "quantile"];
const MOST_CLASSES = 5;
const SKEWED = 8; /* so many times the median at the 95th percentile, a logarithm reads better */
const CROWDED = 0.8; /* of the values of a quantity in the lowest fifth of the axis: equal classes would tell few of them apart */
const FEW_WHOLE = 12; /* whole numbers that need no other axis */
const FEW_VALUES = 8;
const WIDTH = [0.6, 6];
const FULL_WIDTH_UP_TO = 300;
const STROKES_UP_TO = 1500;
const CRISP = 300;
const FEW = 60;

const clamp = (value) => Math.max(0, Math.min(1, value));
/* 0.30000000000000004 and its kind are no round numbers. */
const tidy = (value) => Number(value.toPrecision(12));

/** The round number 1, 2, 2.5 or 5 times a power of ten that is nearest above a wish; for whole numbers a whole one. */
function roundStep(wish, whole) {
  const power = 10 ** Math.floor(Math.log10(wish));
  const step = [1, 2, 2.5, 5, 10].map((factor) => tidy(factor * power)).find((found) => found >= wish * (1 - 1e-9) && (!whole || Number.isInteger(found)));
  return whole ? Math.max(1, step) : step;
}

/** Multiples of a round step strictly between two ends. */
function linearBreaks(low, high, most, whole) {
  const step = roundStep((high - low) / most, whole);
  const breaks = [];
  for (let k = Math.floor(low / step) + 1; tidy(k * step) < high; k += 1) if (tidy(k * step) > low) breaks.push(tidy(k * step));
  return breaks;
}

/** Some of 1, 2, 5, 10, 20, 50, … between two positive ends, evenly spread; powers of ten where these are enough. */
function logBreaks(low, high, most) {
  const candidates = (factors) => {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const factor of factors) if (tidy(factor * 10 ** power) > low && tidy(factor * 10 ** power) < high) found.push(tidy(factor * 10 ** power));
    }
    return found;
  };
  const tens = candidates([1]);
  const found = tens.length >= most - 1 ? tens : candidates([1, 2, 5]);
  if (found.length < most) return found;
  const every = found.length / (most - 1);
  return Array.from({ length: most - 1 }, (_, k) => found[Math.floor(every * (k + 0.5))]);
}

/** Breaks between classes of about equal number, at numbers of as few digits as keep them apart. */
function quantileBreaks(sorted, most) {
  const breaks = [];
  for (let k = 1; k < most; k += 1) {
    const value = sorted[Math.floor((k * sorted.length) / most)];
    const below = breaks.length ? breaks[breaks.length - 1] : sorted[0];
    for (let digits = 1; digits <= 12; digits += 1) {
      const rounded = Number(value.toPrecision(digits));
      if (rounded > below && rounded < sorted[sorted.length - 1] && Math.abs(rounded - value) <= 0.1 * (value - below)) {
        breaks.push(rounded);
        break;
      }
    }
  }
  return breaks;
}

/** Share of the sorted values that lie below a value, ties in their middle. */
function shareBelow(sorted, value) {
  const find = (isBefore) => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(sorted[middle])) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const [first, after] = [find((other) => other < value), find((other) => other <= value)];
  return clamp((first + Math.max(first, after - 1)) / 2 / Math.max(1, sorted.length - 1));
}

/** The scale that shows most: logarithmic for skewed positive numbers, quantiles for other skewed ones. */
function chooseMode(measure, sorted, isWhole) {
  if (measure.kind === "rank" || measure.diverging || sorted.length < FEW_VALUES) return "linear";
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  const [low, middle, high, most] = [sorted[0], at(0.5), at(0.95), sorted[sorted.length - 1]];
  if (isWhole && most - low < FEW_WHOLE) return "linear";
  const isCrowded = isQuantity(measure) && at(CROWDED) < low + (most - low) / MOST_CLASSES;
  if (low > 0) return high / middle > SKEWED || isCrowded ? "log" : "linear";
  return middle > low && ((high - middle) / (middle - low) > SKEWED || isCrowded) ? "quantile" : "linear";
}

/** Ends between which nine tenths of the sorted values lie, where classes should tell them apart; of very many only the strongest are drawn, and these lie beyond: there up to the end. */
function bulkOf(sorted) {
  const [low, high] = [0.05, sorted.length > STROKES_UP_TO ? 1 : 0.95].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return low < high ? [low, high] : [sorted[0], sorted[sorted.length - 1]];
}

const isQuantity = (measure) => measure.measure === "amount" || measure.measure === "count";

/** Values that the scale speaks of, from smallest to largest: of quantities those above 0, for 0 is none. */
function sortValues(measure) {
  const quantity = isQuantity(measure);
  const sorted = new Float64Array(measure.numbers.length);
  let n = 0;
  const order = measure.order && !measure.diverging ? measure.order : null;
  for (let k = 0; k < sorted.length; k += 1) {
    const value = measure.numbers[order ? order[k] : k];
    if (Number.isNaN(value) || (quantity && value <= 0)) continue;
    sorted[n] = value;
    n += 1;
  }
  const known = sorted.subarray(0, n);
  if (!order) return known.sort();
  return measure.direction > 0 ? known.reverse() : known;
}

/**
 * The scale of a measure in one of MODES; null takes the one that fits.
 * `positionOf` and `valueAt` lead from values to 0..1 along the axis and back; `strengthOf` is 1 for the strongest;
 * classes are counted from 0, the smallest values, and end at `breaks`, which belong to the class above them, or for
 * what is better when less, to the class below.
 * @param {Measure} measure
 * @param {string | null} wish
 * @returns {Scale}
 */
function makeScale(measure, wish) {
  const { numbers, direction, diverging } = measure;
  const sorted = sortValues(measure);
  const isWhole = numbers.every((value) => Number.isNaN(value) || Number.isInteger(value));
  const auto = chooseMode(measure, sorted, isWhole);
  const low = isQuantity(measure) && sorted.length ? Math.min(sorted[0], measure.high) : measure.low;
  const modes = MODES.filter((mode) => mode !== "log" || (low > 0 && !diverging));
  const mode = modes.includes(wish) ? wish : auto;
  const { high } = measure;
  const isLog = (mode === "log" || (mode === "quantile" && auto === "log")) && low > 0 && high > low;
  const from = isQuantity(measure) && !isLog && !diverging ? Math.min(0, low) : low;
  const farthest = Math.max(Math.abs(from), Math.abs(high)) || 1;
  const [start, end] = diverging ? [-farthest, farthest] : [from, high];
  const span = end - start;

  const positionOf = (value) => {
    if (span === 0) return 1;
    return clamp(isLog ? Math.log(value / start) / Math.log(end / start) : (value - start) / span);
  };
  const valueAt = (position) => (isLog ? start * (end / start) ** position : start + span * position);

  /* The last of n ranks has 1/n, not 0: to be on the list at all is more than not to be. */
  const first = measure.kind === "rank" ? 1 : 0;
  const strengthOf = (value) => {
    if (Number.isNaN(value) || (isQuantity(measure) && value === 0 && !diverging)) return NaN;
    if (diverging) return clamp(Math.abs(value) / farthest);
    if (span === 0) return 1;
    if (mode === "quantile") return direction > 0 ? shareBelow(sorted, value) : 1 - shareBelow(sorted, value);
    if (isLog) return direction > 0 ? positionOf(value) : 1 - positionOf(value);
    return clamp(((direction > 0 ? value - start : end - value) + first) / (span + first));
  };

  let breaks = [];
  if (span > 0 && sorted.length > 1 && sorted[0] < sorted[sorted.length - 1]) {
    if (mode === "quantile") breaks = quantileBreaks(sorted, MOST_CLASSES);
    else breaks = isLog ? logBreaks(...bulkOf(sorted), MOST_CLASSES) : linearBreaks(start, end, diverging ? MOST_CLASSES + 1 : MOST_CLASSES, isWhole);
  }
  const isBelow = direction > 0 || diverging ? (value, edge) => value < edge : (value, edge) => value <= edge;
  const classOf = (value) => {
    let found = 0;
    while (found < breaks.length && !isBelow(value, breaks[found])) found += 1;
    return found;
  };
  return { measure, mode, auto, modes, isWhole, isLog, start, end, breaks, classOf, positionOf, valueAt, strengthOf, nClasses: breaks.length + 1 };
}

const coloured = new WeakMap();

/** Colours of the classes of a scale under a theme, that of the smallest values first. */
function classColours(scale, theme) {
  if (!coloured.has(scale)) coloured.set(scale, { light: makeColours(scale, "light"), dark: makeColours(scale, "dark") });
  return coloured.get(scale)[theme];
}

function makeColours(scale, theme) {
  const n = scale.nClasses;
  if (scale.measure.diverging) {
    const middles = Array.from({ length: n }, (_, c) => ((c ? scale.breaks[c - 1] : scale.start) + (c < n - 1 ? scale.breaks[c] : scale.end)) / 2);
    return middles.map((value) => Palette.css(Palette.ofBalance(value / scale.end, theme)));
  }
  const share = (c) => (n === 1 ? 1 : c / (n - 1));
  return Array.from({ length: n }, (_, c) => Palette.css(Palette.ofStrength(scale.measure.direction > 0 ? share(c) : 1 - share(c), theme)));
}

/** How much thinner and fainter lines get when many are shown; `known` of them have a value. */
function crowding(shown, known) {
  const thin = shown <= FULL_WIDTH_UP_TO ? 1 : Math.max(0.25, Math.sqrt(FULL_WIDTH_UP_TO / shown));
  const alpha = shown <= FULL_WIDTH_UP_TO ? 0.95 : Math.max(0.4, 0.95 * Math.sqrt(thin));
  return { thin, alpha, few: known <= FEW };
}

const widthOf = (strength, thin) => Math.max(0.4, (WIDTH[0] + (WIDTH[1] - WIDTH[0]) * strength) * thin);

/** The weak step back, so that many of them do not drown the strong; a few need not. */
const alphaOf = (strength, look) => look.alpha * (look.few ? 1 : 0.55 + 0.45 * Math.sqrt(strength));

/** A few round values of a scale, largest symbol first, for a legend of points. */
function sampleValues(scale) {
  const { measure, start, end, isLog, isWhole, mode } = scale;
  if (end <= start) return [end];
  const inner = isLog ? logBreaks(start, end, 4) : mode === "quantile" ? scale.breaks : linearBreaks(start, end, 3, isWhole);
  if (measure.kind === "rank") return [start, ...inner.filter((value) => value > start + (end - start) / 10), end].slice(0, 4);
  const values = inner.length >= 2 ? inner : [...inner, Number(end.toPrecision(2)) <= end ? Number(end.toPrecision(2)) : end];
  return measure.direction > 0 ? [...values].reverse().slice(0, 4) : values.slice(0, 4);
}

export { MODES, STROKES_UP_TO, CRISP, makeScale, classColours, sampleValues, crowding, widthOf, alphaOf, isQuantity, roundStep, linearBreaks, logBreaks, quantileBreaks };
