/* Which corridors are drawn: every filter is a test of one row, and all have to pass. */

import { isQuantity } from "./scale.js";

/* By the number of coastal ends. */
const COASTS = ["inland-inland", "coast-inland", "coast-coast"];

function regionTest(model, filter) {
  const { mode, a, b } = filter;
  const { origin, destination } = model;
  const { region, regions } = model.cities;
  const [p, q] = [regions.indexOf(a), regions.indexOf(b)];
  if (mode === "within") return (i) => region[origin[i]] === p && region[destination[i]] === p;
  if (mode === "leaving") return (i) => (region[origin[i]] === p) !== (region[destination[i]] === p);
  if (mode === "between") {
    return (i) => {
      const [r, s] = [region[origin[i]], region[destination[i]]];
      return (r === p && s === q) || (r === q && s === p);
    };
  }
  return null;
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
  const tests = [];
  const byRegion = regionTest(model, state.region);
  if (byRegion) tests.push(byRegion);
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
  if (state.range) {
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

const MISSING = 1;
const NOTHING = 2;

/**
 * Rows that pass all filters, strongest first, those without a value last; and how many of the rows that pass are left
 * out because their value is `missing` or `nothing` (a quantity of 0), and how many do not pass (`filtered`).
 */
function select(model, state, measure) {
  const tests = makeTests(model, state, measure);
  const bounded = state.range !== null || state.top !== null;
  const hides = [false, !state.missing || bounded, !state.zeros || state.top !== null];
  const quantity = isQuantity(measure);
  const left = [0, 0, 0];
  const passing = new Uint32Array(model.n);
  let n = 0;
  for (let k = 0; k < model.n; k += 1) {
    const i = measure.order[k];
    let passes = true;
    for (let t = 0; passes && t < tests.length; t += 1) passes = tests[t](i);
    if (!passes) continue;
    const value = measure.numbers[i];
    const what = Number.isNaN(value) ? MISSING : quantity && value === 0 ? NOTHING : 0;
    if (hides[what]) left[what] += 1;
    else {
      passing[n] = i;
      n += 1;
    }
  }
  const rows = cutTop(passing.subarray(0, n), state.top, measure.numbers);
  return { rows, missing: left[MISSING], nothing: left[NOTHING], filtered: model.n - rows.length - left[MISSING] - left[NOTHING] };
}

export { select, COASTS };
