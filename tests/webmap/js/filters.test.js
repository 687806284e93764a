/* Which corridors are drawn, and how many are not. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { select } from "../../../geobri/webmap/static/filters.js";
import { argsort } from "../../../geobri/webmap/static/order.js";

const VALUES = [5, NaN, 0, 3, 8, 3, NaN, 1, 2.5, 0];

function ask(wish, { direction = 1, diverging = false, measure = "amount" } = {}) {
  const numbers = Float64Array.from(VALUES, (value) => (diverging ? value - 3 : value));
  const order = argsort(numbers.map((value) => (diverging ? -Math.abs(value) : -direction * value)));
  const model = { n: numbers.length, groups: [], types: [], coast: [], origin: [], destination: [] };
  const state = { lines: true, km: null, coast: null, city: null, cities: null, only: null, range: null, top: null, missing: true, zeros: false, ...wish };
  return select(model, state, { numbers, order, direction, diverging, measure });
}

test("a range takes its ends and leaves out what is not known, whichever end is strong", () => {
  for (const direction of [1, -1]) {
    for (const range of [[2.5, 5], [3, 3], [-1, 100], [6, 7], [9, 20], [-3, -1], [0, 0]]) {
      const found = ask({ range, zeros: true }, { direction });
      const wanted = [...VALUES.keys()].filter((i) => VALUES[i] >= range[0] && VALUES[i] <= range[1]);
      assert.deepEqual([...found.rows].sort((a, b) => a - b), wanted);
      assert.equal(found.missing, 2);
      assert.equal(found.filtered, VALUES.length - 2 - wanted.length);
    }
  }
});

test("a range around zero is asked row by row", () => {
  const found = ask({ range: [-1, 2] }, { diverging: true, measure: "score" });
  assert.deepEqual([...found.rows].sort((a, b) => a - b), [0, 3, 5, 8]);
  assert.equal(found.known, 4);
});

test("nothing and not known are counted apart, and have no strength", () => {
  const all = ask({});
  assert.deepEqual([all.rows.length, all.known, all.nothing, all.missing, all.filtered], [8, 6, 2, 0, 0]);
  assert.equal(ask({ missing: false }).missing, 2);
  assert.deepEqual([ask({ zeros: true }).rows.length, ask({ zeros: true }).known], [10, 6]);
  assert.deepEqual([...ask({ top: 2 }).rows], [4, 0]);
  assert.equal(ask({ top: 3 }).rows.length, 4); /* whoever ties with the last stays in */
});
