/* Net flows, and points inside a line drawn by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { isInside } from "../../../geobri/webmap/static/lasso.js";
import { netOf } from "../../../geobri/webmap/static/values.js";

test("the larger way keeps what it has more, the smaller is folded, equal ways leave one zero", () => {
  const { numbers, folded } = netOf(Float64Array.of(5, 2, 7, 4, 4), Int32Array.of(1, 0, -1, 4, 3));
  assert.deepEqual([...folded], [0, 1, 0, 0, 1]);
  assert.deepEqual([...numbers], [3, NaN, 7, 0, NaN]);
});

test("a way that is not known makes the net unknown, once", () => {
  const { numbers, folded } = netOf(Float64Array.of(NaN, 2), Int32Array.of(1, 0));
  assert.deepEqual([...folded], [0, 1]);
  assert.ok(Number.isNaN(numbers[0]));
});

test("inside a line that is bent", () => {
  const line = [[0, 0], [10, 0], [10, 10], [5, 3], [0, 10]];
  assert.ok(isInside([1, 5], line));
  assert.ok(isInside([9, 5], line));
  assert.ok(!isInside([5, 7], line));
  assert.ok(!isInside([11, 1], line));
});
