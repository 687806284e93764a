/* Scales: strength, classes at round numbers, and the way from values to the axis and back. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { linearBreaks, logBreaks, makeScale, quantileBreaks, sampleValues } from "../../../geobri/webmap/static/scale.js";
import { describeClasses } from "../../../geobri/webmap/static/classes.js";

function measureOf(values, more = {}) {
  const numbers = Float64Array.from(values);
  const known = numbers.filter((value) => !Number.isNaN(value));
  return { numbers, kind: "score", measure: "score", direction: 1, diverging: false, low: Math.min(...known), high: Math.max(...known), ...more };
}

/* Quantiles of a lognormal distribution with a deviation of 2 in the logarithm. */
const skewed = Array.from({ length: 400 }, (_, i) => Math.exp(8 + 2 * Math.log((i + 0.5) / (399.5 - i)) * 0.6));
const rows = (measure) => measure.numbers.keys().toArray ? [...measure.numbers.keys()] : Array.from(measure.numbers.keys());

test("breaks are round", () => {
  assert.deepEqual(linearBreaks(0, 93.3, 5), [20, 40, 60, 80]);
  assert.deepEqual(linearBreaks(0.113, 0.41, 5), [0.2, 0.3, 0.4]);
  assert.deepEqual(linearBreaks(1, 10, 5, true), [2, 4, 6, 8]);
  assert.deepEqual(linearBreaks(1, 4, 5, true), [2, 3]);
  assert.deepEqual(logBreaks(3, 2e6, 5).every((value) => Number.isInteger(Math.log10(value))), true);
  assert.deepEqual(logBreaks(2, 60, 5), [5, 10, 20, 50]);
  assert.deepEqual(quantileBreaks(Float64Array.from({ length: 1000 }, (_, i) => i), 5), [200, 400, 600, 800]);
});

test("a few values far above the rest make no four empty classes", () => {
  const numbers = [...Array.from({ length: 68 }, (_, i) => 100 + 55 * i), 12000, 15000, 19000, 20164];
  const measure = measureOf(numbers, { measure: "amount" });
  const scale = makeScale(measure, null);
  assert.equal(scale.mode, "log");
  const counts = describeClasses(scale, rows(measure)).map((row) => row.n);
  assert.ok(Math.max(...counts) < 0.6 * numbers.length, String(counts));
  const few = [...Array.from({ length: 90 }, () => 1), 2, 3, 5, 9]; /* whole numbers that each can have a bar */
  assert.equal(makeScale(measureOf(few, { measure: "count" }), null).mode, "linear");
});

test("the strongest of very many are told apart", () => {
  const many = Array.from({ length: 4000 }, (_, i) => Math.max(1, Math.round(1200 * ((i + 1) / 4000) ** 30)));
  const measure = measureOf(many, { measure: "count" });
  const scale = makeScale(measure, null);
  const strongest = rows(measure).sort((a, b) => many[b] - many[a]).slice(0, 300);
  assert.equal(scale.mode, "log");
  assert.ok(describeClasses(scale, strongest).length >= 2);
});

test("a rank is strongest at 1, and the last is more than none", () => {
  const scale = makeScale(measureOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, NaN], { kind: "rank", measure: "rank", direction: -1 }), null);
  assert.equal(scale.strengthOf(1), 1);
  assert.equal(scale.strengthOf(10), 0.1);
  assert.ok(Number.isNaN(scale.strengthOf(NaN)));
  const texts = describeClasses(scale, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).map((row) => `${row.low}-${row.high}`);
  assert.deepEqual(texts, ["1-2", "3-4", "5-6", "7-8", "9-10"]);
});

test("skewed positive numbers get a logarithm, and no class holds most of them", () => {
  const measure = measureOf(skewed, { measure: "amount" });
  const scale = makeScale(measure, null);
  assert.equal(scale.mode, "log");
  const classes = describeClasses(scale, rows(measure));
  assert.ok(Math.max(...classes.map((row) => row.n)) < 0.6 * skewed.length);
  assert.equal(classes.reduce((sum, row) => sum + row.n, 0), skewed.length);
  assert.equal(makeScale(measure, "linear").mode, "linear");
});

test("quantiles put about as many in each class", () => {
  const measure = measureOf(skewed, { measure: "amount" });
  const classes = describeClasses(makeScale(measure, "quantile"), rows(measure));
  assert.equal(classes.length, 5);
  for (const row of classes) assert.ok(row.n > 50 && row.n < 110, String(row.n));
});

test("a quantity of nothing has no strength, a score of 0 has the least", () => {
  const counts = makeScale(measureOf([0, 0, 1, 2, 9, 8, 7, 6, 5], { measure: "count" }), null);
  assert.ok(Number.isNaN(counts.strengthOf(0)));
  assert.equal(counts.strengthOf(9), 1);
  assert.equal(counts.strengthOf(4.5), 0.5);
  assert.equal(makeScale(measureOf([0, 50, 100]), null).strengthOf(0), 0);
});

test("a diverging measure is as strong below 0 as above it", () => {
  const scale = makeScale(measureOf([-40, -1, 0, 3, 25], { diverging: true }), null);
  assert.equal(scale.strengthOf(-40), 1);
  assert.equal(scale.strengthOf(20), scale.strengthOf(-20));
  assert.deepEqual(scale.breaks, [-20, 0, 20]);
  assert.deepEqual(scale.modes.includes("log"), false);
});

test("positions lead back to values in every mode", () => {
  for (const mode of ["linear", "log", "quantile"]) {
    const scale = makeScale(measureOf(skewed, { measure: "amount" }), mode);
    for (const share of [0, 0.2, 0.7, 1]) assert.ok(Math.abs(scale.positionOf(scale.valueAt(share)) - share) < 1e-9);
  }
});

test("point samples are round and within the data", () => {
  const population = measureOf([624, 5000, 80000, 12000, 34000000, 900000, 400, 77000, 120000, 9100], { measure: "count" });
  for (const value of sampleValues(makeScale(population, null))) assert.ok(value >= 400 && value <= 34000000 && /^[125]0*$/.test(String(value)), String(value));
  const rank = makeScale(measureOf(Array.from({ length: 101 }, (_, i) => i + 1), { kind: "rank", measure: "rank", direction: -1 }), null);
  assert.deepEqual(sampleValues(rank), [1, 50, 100, 101].filter((value) => sampleValues(rank).includes(value)));
  assert.ok(sampleValues(rank).every((value) => value === 1 || value === 101 || value % 10 === 0));
});

test("one value alone", () => {
  const scale = makeScale(measureOf([5, 5, 5]), null);
  assert.equal(scale.strengthOf(5), 1);
  assert.deepEqual(describeClasses(scale, [0, 1, 2]).map((row) => [row.low, row.high, row.n]), [[5, 5, 3]]);
});
