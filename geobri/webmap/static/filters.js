/* Which corridors are drawn: every filter is a test of one row, and all have to pass. */

/* By the number of coastal ends. */
const COASTS = ["inland-inland", "coast-inland", "coast-coast"];

function regionTest(model, filter) {
  const { mode, a, b } = filter;
  const region = model.cities.region;
  const [p, q] = [model.cities.regions.indexOf(a), model.cities.regions.indexOf(b)];
  const ends = (i) => [region[model.origin[i]], region[model.destination[i]]];
  if (mode === "within") return (i) => ends(i).every((r) => r === p);
  if (mode === "leaving") return (i) => ends(i).filter((r) => r === p).length === 1;
  if (mode === "between") {
    return (i) => {
      const [r, s] = ends(i);
      return (r === p && s === q) || (r === q && s === p);
    };
  }
  return null;
}

function makeTests(model, state, measure) {
  const tests = [];
  const byRegion = regionTest(model, state.region);
  if (byRegion) tests.push(byRegion);
  if (state.coast !== null) tests.push((i) => COASTS[model.coast[i]] === state.coast);
  if (state.city !== null) {
    const c = model.cities.position.get(state.city);
    tests.push((i) => model.origin[i] === c || model.destination[i] === c);
  }
  if (state.range) {
    const [low, high] = state.range;
    tests.push((i) => measure.numbers[i] >= low && measure.numbers[i] <= high);
  }
  if (state.range || state.top !== null || !state.missing) tests.push((i) => !Number.isNaN(measure.numbers[i]));
  return tests;
}

/** The first `top` rows of an ordered list; whoever ties with the last of them stays in. */
function cutTop(rows, top, numbers) {
  if (top === null || rows.length <= top) return rows;
  let end = top;
  while (end > 0 && end < rows.length && numbers[rows[end]] === numbers[rows[top - 1]]) end += 1;
  return rows.subarray(0, end);
}

/** Rows that pass all filters, strongest first, those without a value last. */
function select(model, state) {
  const measure = model.values.get(state.value);
  const tests = makeTests(model, state, measure);
  const passing = new Uint32Array(model.n);
  let n = 0;
  for (const i of measure.order) {
    let passes = true;
    for (let t = 0; passes && t < tests.length; t += 1) passes = tests[t](i);
    if (passes) {
      passing[n] = i;
      n += 1;
    }
  }
  return cutTop(passing.subarray(0, n), state.top, measure.numbers);
}

export { select, COASTS };
