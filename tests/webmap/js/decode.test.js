/* Packed columns come back: inflate against Node's own zlib, columns as the Python side writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { toNumbers, toPathData } from "../../../geobri/webmap/static/decode.js";
import { inflate } from "../../../geobri/webmap/static/inflate.js";
import { argsort } from "../../../geobri/webmap/static/order.js";

/* A generator with a seed, so that every run sees the same numbers. */
function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test("inflate gives back what deflate took, at every level and kind of data", () => {
  const random = makeRandom(7);
  const samples = [
    new Uint8Array(0),
    Uint8Array.of(42),
    new Uint8Array(70000).fill(3),
    Uint8Array.from({ length: 200000 }, () => random() * 256),
    Uint8Array.from({ length: 100000 }, () => random() ** 6 * 200),
    Uint8Array.from({ length: 50000 }, (_, i) => (i * i) >> 7),
  ];
  for (const sample of samples) {
    for (const level of [0, 1, 6, 9]) assert.deepEqual(inflate(deflateRawSync(sample, { level }), sample.length), sample);
  }
});

test("inflate refuses what is cut off", () => {
  const packed = deflateRawSync(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251));
  assert.throws(() => inflate(packed.subarray(0, 40), 5000), /broken/);
});

test("whole numbers, decimals and gaps are exact", () => {
  const data = Buffer.from([1, 0, 255]).toString("base64");
  assert.deepEqual([...toNumbers({ type: "u8", n: 3, base: 733, scale: 10, data })], [73.4, 73.3, NaN]);
  const large = Buffer.from(Int32Array.of(123463789, -2147483648).buffer);
  const planes = Buffer.from([0, 4, 1, 5, 2, 6, 3, 7].map((k) => large[k])).toString("base64");
  assert.deepEqual([...toNumbers({ type: "i32", n: 2, data: planes })], [123463789, NaN]);
});

test("differences add up, and wrap around at the end of their type", () => {
  const data = Buffer.from([250, 10, 250]).toString("base64");
  assert.deepEqual([...toNumbers({ type: "u8", n: 3, steps: 1, data })], [250, 4, 254]);
});

test("argsort orders as a comparison would, ties as they stand, NaN last", () => {
  const random = makeRandom(3);
  const keys = Float64Array.from({ length: 5000 }, () => Math.round((random() - 0.5) * 400) / 7);
  keys[17] = NaN;
  keys[99] = -0;
  const expected = Array.from(keys.keys()).sort((a, b) => {
    const [x, y] = [a, b].map((i) => (Number.isNaN(keys[i]) ? Infinity : keys[i]));
    return x === y ? a - b : x - y;
  });
  assert.deepEqual([...argsort(keys)], expected);
  assert.deepEqual([...argsort(new Float64Array(0))], []);
  assert.deepEqual([...argsort([1e300, -1e300, 5e-324, 0, -0, Infinity])], [1, 3, 4, 2, 0, 5]);
});

test("borders leave out the edges on 180 degrees and never close across the world", () => {
  /* One ring (zigzag variable-length numbers below 64): a square whose west side lies on the rim. */
  const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
  const ring = [4, 0, 5, 10, 0, 0, 10, -10, 0].map(zigzag);
  const packed = { rings: 1, grid: 30, n: ring.length, data: deflateRawSync(Buffer.from(ring)).toString("base64") };
  assert.equal(toPathData(packed, false), "M 0 5 l 10 0 l 0 10 l -10 0 z");
  assert.equal(toPathData(packed, true), "M 0 5 l 10 0 l 0 10 l -10 0");
});
