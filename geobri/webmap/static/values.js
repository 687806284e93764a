/* Value columns: of a year, as the change between two, or net of the way back; read when first asked for, and scaled. */
import { toNumbers } from "./decode.js";
import { say } from "./i18n.js";
import { argsort } from "./order.js";
import { isQuantity, makeScale } from "./scale.js";

/** Digits behind the point that the column really has, as it was packed. */
function decimalsOf(packed) {
  if ((packed.type === "f64" && !packed.scale) || packed.lowest !== undefined) return 6;
  return Math.round(Math.log10(packed.scale || 1));
}

const digits = (packed) => ({ decimals: decimalsOf(packed), coarse: packed.step > 1 || packed.lowest !== undefined });

/* Loops, not map or from: these call a function for each of 131,328 rows, several times. */

/**
 * A measure with the order of its rows, the strongest first.
 * @param {Measure} measure
 * @returns {Measure}
 */
function withOrder(measure) {
  const { numbers, diverging, direction } = measure;
  const keys = new Float64Array(numbers.length);
  if (diverging) for (let i = 0; i < keys.length; i += 1) keys[i] = -Math.abs(numbers[i]);
  else for (let i = 0; i < keys.length; i += 1) keys[i] = -direction * numbers[i];
  return { ...measure, order: argsort(keys) };
}

/** A packed column as it stands: that of the cities, or of corridors in the year that it shows. */
const readMeasure = (item) => withOrder({ ...item, ...digits(item.values), numbers: toNumbers(item.values) });

/**
 * A measure under a scale: what the scale says, and the strength of every row. Several years share one scale.
 * @param {Measure} measure
 * @param {string | null} mode
 * @returns {ScaledMeasure}
 */
function withScale(measure, mode) {
  const scale = measure.pool ? { ...makeScale(measure.pool, mode), measure } : makeScale(measure, mode);
  const strength = new Float32Array(measure.numbers.length);
  for (let i = 0; i < strength.length; i += 1) strength[i] = scale.strengthOf(measure.numbers[i]);
  return { ...measure, scale, strength };
}

/** What is more than its way back, less it; the smaller of two ways is folded into the larger one. */
function netOf(numbers, opposite) {
  const folded = new Uint8Array(numbers.length);
  const net = numbers.map((value, i) => {
    const j = opposite[i];
    if (j < 0) return value;
    const more = value - numbers[j];
    folded[i] = Number(more < 0 || (!(more > 0) && j < i));
    return more;
  });
  return { folded, numbers: net.map((value, i) => (folded[i] ? NaN : value)) };
}

/** Ends and number of what is known. */
function spanOf(numbers) {
  let [low, high, known] = [Infinity, -Infinity, 0];
  for (const value of numbers) {
    if (Number.isNaN(value)) continue;
    known += 1;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return known ? { low, high, known } : { low: 0, high: 1, known };
}

/** All years of a packed column, in order; empty where it has only one. */
const yearsOf = (item) => (item.years.length ? [item.year, ...item.years.map((one) => one.year)].sort((a, b) => a - b) : []);

const named = (item, key, fill) => Object.fromEntries(["en", "zh"].map((lang) => [lang, say(lang, key, { ...fill, label: item.label[lang] })]));

function join(parts) {
  const all = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

/** The column of a year, on the scale of all years. */
function inYear(item, numbersIn, year) {
  const numbers = numbersIn(year);
  if (!item.years.length) return { ...item, numbers };
  const pool = { ...item, numbers: join(yearsOf(item).map(numbersIn)) };
  return { ...item, numbers, pool, known: spanOf(numbers).known, label: named(item, "labelYear", { year }) };
}

/** What came on top from one year to another; around 0, whichever end is better. */
function changeOf(item, numbersIn, since, year) {
  const [then, now] = [numbersIn(since), numbersIn(year)];
  const numbers = now.map((value, i) => Number((value - then[i]).toPrecision(12)));
  const label = named(item, "labelChange", { since, year });
  return { ...item, numbers, ...spanOf(numbers), kind: "score", measure: "score", direction: 1, diverging: true, label };
}

function netMeasure(measure, opposite) {
  const { numbers, folded } = netOf(measure.numbers, opposite);
  const pool = measure.pool && { ...measure.pool };
  if (pool) {
    const n = opposite.length;
    pool.numbers = join(Array.from({ length: pool.numbers.length / n }, (_, k) => netOf(pool.numbers.subarray(k * n, (k + 1) * n), opposite).numbers));
    Object.assign(pool, spanOf(pool.numbers));
  }
  const { low, high } = pool || spanOf(numbers);
  return { ...measure, numbers, folded, pool, low, high, known: spanOf(numbers).known, label: named(measure, "labelNet", {}) };
}

/** The numbers of each year of a column, unpacked when first asked for. */
function unpackYears(item) {
  const read = new Map();
  return (wanted) => {
    if (!read.has(wanted)) read.set(wanted, toNumbers(wanted === item.year ? item.values : item.years.find((one) => one.year === wanted).values));
    return read.get(wanted);
  };
}

function derive(item, numbersIn, { year, since, net }, opposite) {
  const shown = year ?? item.year;
  const plain = { ...item, ...digits(item.values) };
  const measure = since === null ? inYear(plain, numbersIn, shown) : changeOf(plain, numbersIn, since, shown);
  return withOrder(net ? netMeasure(measure, opposite) : measure);
}

const PLAIN = { year: null, since: null, net: false };

/** `column(key, how)` reads a column, `get(key, mode, how)` scales it; `how` = {year, since, net}. */
function readValues(packed, opposite) {
  const derived = new Map();
  const scaled = new Map();
  const hasBothWays = opposite.some((j) => j >= 0);
  const itemOf = (key) => packed.find((item) => item.key === key);
  const numbersOf = new Map(packed.map((item) => [item.key, unpackYears(item)]));
  const column = (key, { year, since, net } = PLAIN) => {
    const name = JSON.stringify([key, year, since, net]);
    if (!derived.has(name)) derived.set(name, derive(itemOf(key), numbersOf.get(key), { year, since, net }, opposite));
    return derived.get(name);
  };
  return {
    keys: packed.map((item) => item.key),
    list: packed,
    /* The first part of the work of reading a column. */
    unpack: (key) => numbersOf.get(key)(itemOf(key).year),
    column,
    get(key, mode = null, { year, since, net } = PLAIN) {
      const name = JSON.stringify([key, mode, year, since, net]);
      if (!scaled.has(name)) scaled.set(name, withScale(column(key, { year, since, net }), mode));
      return scaled.get(name);
    },
    yearsOf: (key) => yearsOf(itemOf(key)),
    yearOf: (key) => itemOf(key).year,
    /* Flows can be set against each other; ranks and scores cannot. */
    canNet: (key) => hasBothWays && isQuantity(itemOf(key)),
  };
}

export { readMeasure, readValues, withScale, netOf };
