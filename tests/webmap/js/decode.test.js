/* Packed columns come back: inflate against Node's own zlib, columns as the Python side writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { toNumbers, toPathData } from "../../../geobri/webmap/static/decode.js";
import { inflate } from "../../../geobri/webmap/static/inflate.js";
import { toBytes } from "../../../geobri/webmap/static/signs.js";
import { argsort } from "../../../geobri/webmap/static/order.js";

/** The signs that `to_signs` of the Python side writes. */
function toSigns(bytes) {
  const signs = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((sign) => !'"&<\\'.includes(sign));
  let [text, bits, held] = ["", 0, 0];
  const put = () => {
    text += signs[Math.floor((bits & 8191) / 91)] + signs[(bits & 8191) % 91];
    bits >>>= 13;
    held -= 13;
  };
  for (const byte of bytes) {
    bits |= byte << held;
    held += 8;
    if (held >= 13) put();
  }
  if (held > 0) put();
  return text;
}

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

test("signs give back the bytes, whatever they are", () => {
  const random = makeRandom(5);
  for (let n = 0; n < 40; n += 1) {
    const bytes = Uint8Array.from({ length: n }, () => random() * 256);
    assert.deepEqual([...toBytes(toSigns(bytes))].slice(0, n), [...bytes]);
  }
  assert.deepEqual([...toBytes(toSigns([255, 255, 255, 255]))].slice(0, 4), [255, 255, 255, 255]);
});

test("inflate refuses what is cut off", () => {
  const packed = deflateRawSync(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251));
  assert.throws(() => inflate(packed.subarray(0, 40), 5000), /broken/);
});

test("whole numbers, decimals and gaps are exact", () => {
  const data = toSigns([1, 0, 255]);
  assert.deepEqual([...toNumbers({ type: "u8", n: 3, base: 733, scale: 10, data })], [73.4, 73.3, NaN]);
  const large = Buffer.from(Int32Array.of(123463789, -2147483648).buffer);
  const planes = toSigns([0, 4, 1, 5, 2, 6, 3, 7].map((k) => large[k]));
  assert.deepEqual([...toNumbers({ type: "i32", n: 2, data: planes })], [123463789, NaN]);
});

test("four digits and a power of ten are the number that is written so", () => {
  const codes = [0, 1, 9000, 9001, 234];
  const data = toSigns([...codes.map((code) => code & 255), ...codes.map((code) => code >> 8)]);
  assert.deepEqual([...toNumbers({ type: "u16", n: 5, lowest: -6, data })], [0, 0.001, 0.009999, 0.01, 0.001233]);
  assert.deepEqual([...toNumbers({ type: "u16", n: 5, lowest: 3, base: -1, data })], [-1000000, 0, 9998000, 9999000, 1232000]);
});

test("differences add up, and wrap around at the end of their type", () => {
  const data = toSigns([250, 10, 250]);
  assert.deepEqual([...toNumbers({ type: "u8", n: 3, steps: 1, data })], [250, 4, 254]);
});

test("argsort orders as a comparison would, ties as they stand, NaN last", () => {
  const random = makeRandom(3);
  for (const length of [300, 5000, 70000]) { /* few, some and many are sorted in ways of their own */
    const keys = Float64Array.from({ length }, () => Math.round((random() - 0.5) * 400) / 7);
    keys[17] = NaN;
    keys[99] = -0;
    const expected = Array.from(keys.keys()).sort((a, b) => {
      const [x, y] = [a, b].map((i) => (Number.isNaN(keys[i]) ? Infinity : keys[i]));
      return x === y ? a - b : x - y;
    });
    assert.deepEqual([...argsort(keys)], expected);
  }
  assert.deepEqual([...argsort(new Float64Array(0))], []);
  assert.deepEqual([...argsort([1e300, -1e300, 5e-324, 0, -0, Infinity])], [1, 3, 4, 2, 0, 5]);
});

test("borders leave out the edges on 180 degrees and never close across the world", () => {
  /* One ring (zigzag variable-length numbers below 64): a square whose west side lies on the rim. */
  const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
  const ring = [4, 0, 5, 10, 0, 0, 10, -10, 0].map(zigzag);
  const packed = { rings: 1, grid: 30, n: ring.length, data: toSigns(deflateRawSync(Buffer.from(ring))) };
  assert.equal(toPathData(packed, false), "M 0 5 l 10 0 0 10 -10 0 z");
  assert.equal(toPathData(packed, true), "M 0 5 l 10 0 0 10 -10 0");
});
