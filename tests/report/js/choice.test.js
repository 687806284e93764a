/* What is chosen, what lights up with it, and how it stands in an address. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, isSame, readHash, toggle, widen, writeHash } from "../../../geobri/report/static/choice.js";

const ENDS = new Map([["a--b", ["a", "b"]], ["a--c", ["a", "c"]], ["b--c", ["b", "c"]]]);
const KNOWN = { cities: new Set(["a", "b", "c", "x;y,z"]), corridors: new Set(ENDS.keys()) };

test("choosing more adds, choosing it again takes it out", () => {
  const one = toggle(NOTHING, { cities: ["a"], corridors: [] });
  const two = toggle(one, { cities: ["b"], corridors: ["a--c"] });
  assert.deepEqual(two, { cities: ["a", "b"], corridors: ["a--c"] });
  assert.deepEqual(toggle(two, { cities: ["b"], corridors: ["a--c"] }), { cities: ["a"], corridors: [] });
  assert.ok(isSame(two, { cities: ["b", "a"], corridors: ["a--c"] }));
});

test("a city lights its corridors, several those among them, a corridor its ends", () => {
  const lit = (cities, corridors) => {
    const wide = widen({ cities, corridors }, ENDS);
    return [[...wide.cities], [...wide.corridors]];
  };
  assert.deepEqual(lit(["a"], []), [["a"], ["a--b", "a--c"]]);
  assert.deepEqual(lit(["a", "b"], []), [["a", "b"], ["a--b"]]);
  assert.deepEqual(lit([], ["b--c"]), [["b", "c"], ["b--c"]]);
  assert.deepEqual(lit([], []), [[], []]);
});

test("the address keeps what others wrote, and gives the choice back", () => {
  const choice = { cities: ["x;y,z", "a"], corridors: ["a--b"] };
  const hash = writeHash("#map1.city=a&distance", choice);
  assert.ok(hash.startsWith("#map1.city=a&chosen="));
  assert.deepEqual(readHash(hash, KNOWN), choice);
  assert.equal(writeHash(hash, NOTHING), "#map1.city=a");
  assert.equal(writeHash("#distance", NOTHING), "#distance");
  assert.deepEqual(readHash("#chosen=a,nobody;none--at", KNOWN), { cities: ["a"], corridors: [] });
  assert.equal(readHash("#chosen=%E0%A4%A", KNOWN), null);
  assert.equal(readHash("#map1.city=a", KNOWN), null);
});
