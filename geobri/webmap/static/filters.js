/* Which corridors are drawn: every filter is a test of one row, and all have to pass. */

import { groupFilter } from "./groups.js";
import { isQuantity } from "./scale.js";

/* By the number of coastal ends. */
const COASTS = ["inland-inland", "coast-inland", "coast-coast"];

/** Both ends in a group (within), exactly one (leaving), or one in each of two (between). */
function groupTest(model, { codes, names }, { mode, a, b }) {
  const { origin, destination } = model;
  const [p, q] = [names.indexOf(a), names.indexOf(b)];
  if (mode === "within") return (i) => codes[origin[i]] === p && codes[destination[i]] === p;
  if (mode === "leaving") return (i) => (codes[origin[i]] === p) !== (codes[destination[i]] === p);
  return (i) => {
    const [r, s] = [codes[origin[i]], codes[destination[i]]];
    return (r === p && s === q) || (r === q && s === p);
  };
}

/** One of the chosen types. */
function typeTest({ codes, names }, chosen) {
  const wanted = new Set(chosen.map((name) => names.indexOf(name)));
  return (i) => wanted.has(codes[i]);
}

function lengthTest(model, [low, high]) {
  const { distance } = model;
  return (i) => distance[i] >= (low ?? 0) && distance[i] < (high ?? Infinity);
}

/** Whether one end (touching), both (within) or exactly one (leaving) of a corridor are among some cities. */
function citiesTest(model, { mode, list }) {
  const { origin, destination } = model;
  const among = new Uint8Array(model.cities.n);
  for (const slug of list) among[model.cities.position.get(slug)] = 1;
  if (mode === "within") return (i) => among[origin[i]] + among[destination[i]] === 2;
  if (mode === "leaving") return (i) => among[origin[i]] + among[destination[i]] === 1;
  return (i) => among[origin[i]] + among[destination[i]] > 0;
}

function onlyTest(model, ids) {
  const rows = new Uint8Array(model.n);
  for (const id of ids) rows[model.find(id)] = 1;
  return (i) => rows[i] === 1;
}

/** Tests of what the reader has chosen; a value that is not there, or is nothing, is another matter. */
function makeTests(model, state, measure) {
  /** @type {((i: number) => boolean)[]} */
  const tests = state.lines ? [] : [() => false];
  for (const group of model.groups) {
    const filter = groupFilter(state, group.key);
    if (filter.mode !== "all") tests.push(groupTest(model, group, filter));
  }
  for (const type of model.types) if (state.types[type.key]) tests.push(typeTest(type, state.types[type.key]));
  if (state.km !== null) tests.push(lengthTest(model, state.km));
  if (state.coast !== null) {
    const kind = COASTS.indexOf(state.coast);
    tests.push((i) => model.coast[i] === kind);
  }
  if (state.city !== null) {
    const c = model.cities.position.get(state.city);
    tests.push((i) => model.origin[i] === c || model.destination[i] === c);
  }
  if (state.cities !== null) tests.push(citiesTest(model, state.cities));
  if (state.only !== null) tests.push(onlyTest(model, state.only));
  if (state.range && measure.diverging) {
    const [low, high] = state.range;
    tests.push((i) => !(measure.numbers[i] < low || measure.numbers[i] > high));
  }
  return tests;
}

/** The first `top` rows of an ordered list; whoever ties with the last of them stays in. */
function cutTop(rows, top, numbers) {
  if (top === null || rows.length <= top) return rows;
  let end = top;
  while (end > 0 && end < rows.length && numbers[rows[end]] === numbers[rows[top - 1]]) end += 1;
  return rows.subarray(0, end);
}

/**
 * Where in the order of a measure a range begins and ends, and from where on nothing is known: the rows between need not
 * be asked one by one. Around zero the order is another one, and all are asked.
 * @param {Measure} measure
 * @param {[number, number] | null} range
 */
function placesOf({ order, numbers, direction, diverging }, range) {
  const n = order.length;
  if (!range || diverging) return [0, n, n];
  const key = (k) => -direction * numbers[order[k]]; /* rising, NaN last */
  const find = (isThere) => {
    let [from, to] = [0, n];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isThere(key(middle))) to = middle;
      else from = middle + 1;
    }
    return from;
  };
  const [first, last] = range.map((end) => -direction * end).sort((a, b) => a - b);
  return [find((value) => !(value < first)), find((value) => !(value <= last)), find(Number.isNaN)];
}

const MISSING = 1;
const NOTHING = 2;

/**
 * Rows that pass all filters, strongest first, those without a value last; how many have a strength; and how many of the rows that pass are left
 * out because their value is `missing` or `nothing` (a quantity of 0), and how many do not pass (`filtered`).
 * @param {Record<string, any>} model
 * @param {Record<string, any>} state
 * @param {Measure} measure
 * @returns {Drawn}
 */
function select(model, state, measure) {
  const tests = makeTests(model, state, measure);
  const bounded = state.range !== null || state.top !== null;
  const hides = [false, !state.missing || bounded, !state.zeros || state.top !== null];
  const quantity = isQuantity(measure);
  const left = [0, 0, 0];
  const passing = new Uint32Array(model.n);
  const { folded = null } = measure;
  let [n, nFolded, known] = [0, 0, 0];
  const [begin, end, unknown] = placesOf(measure, state.range);
  for (let k = begin < end ? begin : unknown; k < model.n; k = k + 1 === end ? unknown : k + 1) {
    const i = measure.order[k];
    if (folded && folded[i]) {
      nFolded += 1;
      continue;
    }
    let passes = true;
    for (let t = 0; passes && t < tests.length; t += 1) passes = tests[t](i);
    if (!passes) continue;
    const value = measure.numbers[i];
    const what = Number.isNaN(value) ? MISSING : quantity && value === 0 ? NOTHING : 0;
    if (hides[what]) left[what] += 1;
    else {
      passing[n] = i;
      n += 1;
      if (what === 0 || (what === NOTHING && measure.diverging)) known += 1;
    }
  }
  const rows = cutTop(passing.subarray(0, n), state.top, measure.numbers);
  const [missing, nothing] = [left[MISSING], left[NOTHING]];
  return { rows, known: Math.min(known, rows.length), missing, nothing, folded: nFolded, filtered: model.n - rows.length - missing - nothing - nFolded };
}

export { select, COASTS };
