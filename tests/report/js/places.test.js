/* Places, groups, likeness and partners of the cities of a page. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { mostAlike, partnersOf, placedColumns, placesOf, standing } from "../../../geobri/report/static/places.js";

/** A column as `readColumn` makes it. */
function column(numbers, kind = "score") {
  const known = numbers.filter((one) => one !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const share = (i) => (numbers[i] - low) / (high - low);
  return { numbers, kind, strength: (i) => (numbers[i] === null ? null : kind === "rank" ? 1 - share(i) : share(i)) };
}

test("the strongest is first, ties share the better place, missing has none", () => {
  assert.deepEqual(placesOf(column([5, 9, 5, null, 1]), 5), [2, 1, 2, null, 4]);
  assert.deepEqual(placesOf(column([3, 1, 2], "rank"), 3), [3, 1, 2]);
});

test("columns without places are left out", () => {
  const same = { numbers: [4, 4, null], strength: () => 1 };
  assert.deepEqual(placedColumns({ columns: [same, { kind: "text" }, column([1, 2])] }).length, 1);
});

test("a group has its mean place and who of it is in front", () => {
  const places = [7, 1, 5, null, 6];
  assert.deepEqual(standing(places, [0, 2, 3]), { n: 2, mean: 6, front: [2] });
  assert.deepEqual(standing(places, [2, 1]).front, [1, 2]);
  assert.equal(standing(places, [3]), null);
});

test("likeness counts the columns that both have, and asks for half of them", () => {
  const places = [[1, 2, 9, 1], [1, 3, 8, null], [1, 2, 7, null]];
  assert.deepEqual(mostAlike(places, 0, 5), [{ i: 1, apart: 4 / 3, n: 3 }, { i: 2, apart: 7, n: 3 }]);
  assert.deepEqual(mostAlike([], 0, 5), []);
});

test("there and back are one partner, the stronger counts; nothing is no partner", () => {
  const ends = [[0, 1], [1, 0], [0, 2], [3, 0], [1, 2]];
  const found = partnersOf(column([2, 8, 5, 0, 9]), ends, 0, 5);
  assert.deepEqual(found.map(({ i, pair }) => [i, pair]), [[1, 1], [2, 2]]);
});
