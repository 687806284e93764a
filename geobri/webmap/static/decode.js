/* Packed columns and polygons back to numbers. */

import { inflate } from "./inflate.js";
import { toBytes } from "./signs.js";

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, i32: Int32Array, f64: Float64Array };
const UNSIGNED = { u8: Uint8Array, u16: Uint16Array, i32: Uint32Array };
const MISSING = { u8: 255, u16: 65535, i32: -2147483648, f64: NaN };

/**
 * First bytes of all numbers, then all second ones, …: back to number after number.
 * @param {Uint8Array} planes
 * @param {number} n
 * @param {number} width
 */
function fromPlanes(planes, n, width) {
  const bytes = new Uint8Array(n * width);
  for (let k = 0; k < width; k += 1) {
    for (let i = 0; i < n; i += 1) bytes[i * width + k] = planes[k * n + i];
  }
  return bytes;
}

/**
 * The numbers as they are stored: whole ones of a typed array, or doubles.
 * @param {Packed} packed
 */
function toRaw(packed) {
  const { type, n } = packed;
  const width = ARRAYS[type].BYTES_PER_ELEMENT;
  const bytes = toBytes(packed.data);
  const { buffer } = fromPlanes(packed.deflated ? inflate(bytes, n * width) : bytes, n, width);
  if (packed.steps) {
    const sums = new UNSIGNED[type](buffer); /* sums wrap around as the differences did */
    for (let i = 1; i < n; i += 1) sums[i] += sums[i - 1];
  }
  return new ARRAYS[type](buffer);
}

/** Four digits and a power of ten, 9000 codes for each power; 0 is 0. */
function fromDigits(code, lowest) {
  if (code === 0) return 0;
  const at = Math.abs(code) - 1;
  const power = lowest + Math.floor(at / 9000);
  const digits = Math.sign(code) * (1000 + (at % 9000));
  return power < 0 ? digits / 10 ** -power : digits * 10 ** power;
}

/**
 * Numbers of a packed column; NaN where a value is missing.
 * @param {Packed} packed
 * @returns {Float64Array}
 */
function toNumbers(packed) {
  const raw = toRaw(packed);
  if (raw instanceof Float64Array) return raw;
  const { base = 0, scale = 1, step = 1, lowest } = packed;
  const missing = MISSING[packed.type];
  const numbers = new Float64Array(raw.length);
  if (lowest !== undefined) for (let i = 0; i < raw.length; i += 1) numbers[i] = fromDigits(raw[i] + base, lowest);
  else for (let i = 0; i < raw.length; i += 1) numbers[i] = ((raw[i] + base) / scale) * step;
  for (let i = 0; i < raw.length; i += 1) if (raw[i] === missing) numbers[i] = NaN;
  return numbers;
}

/**
 * Whole numbers without gaps, in a type a loop reads fast.
 * @param {Packed} packed
 */
function toIndices(packed) {
  const { base = 0 } = packed;
  const indices = new Uint32Array(toRaw(packed));
  if (base) for (let i = 0; i < indices.length; i += 1) indices[i] += base;
  return indices;
}

/**
 * Packed JSON.
 * @param {PackedBytes} packed
 */
const toJson = (packed) => JSON.parse(new TextDecoder().decode(inflate(toBytes(packed.data), packed.n)));

/**
 * A function that gives the next of the signed whole numbers of seven bits a byte.
 * @param {PackedBytes} packed
 * @returns {() => number}
 */
function readVarints(packed) {
  const bytes = inflate(toBytes(packed.data), packed.n);
  let at = 0;
  return () => {
    let [value, factor, byte] = [0, 1, 0];
    do {
      byte = bytes[at];
      at += 1;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    } while (byte >= 0x80);
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
}

/**
 * Packed polygons as path data, in steps of the grid: "M x y l dx dy dx dy …z" for each ring. A browser reads such
 * text much faster than it takes single calls. `isCut` leaves out the edges that lie on 180 degrees.
 * @param {PackedRings} packed
 * @param {boolean} isCut
 */
function toPathData(packed, isCut) {
  const next = readVarints(packed);
  const words = [];
  for (let r = 0; r < packed.rings; r += 1) {
    const n = next();
    const [x0, y0] = [next(), next()];
    const rim = (x) => isCut && (x === 0 || x === packed.grid);
    let [x, command] = [x0, ""];
    words.push("M", x0, y0);
    for (let i = 1; i < n; i += 1) {
      const dx = next();
      const wanted = isCut && dx === 0 && rim(x) ? "m" : "l";
      if (wanted !== command || wanted === "m") words.push(wanted); /* a line goes on, and a move would go on as a line */
      command = wanted;
      words.push(dx, next());
      x += dx;
    }
    if (!isCut) words.push("z");
    else if (x !== x0 || !rim(x)) words.push("L", x0, y0); /* z would close to the last cut */
  }
  return words.join(" ");
}

/**
 * Packed shapes one by one, as path data in steps from the common origin.
 * @param {PackedShapes} packed
 */
function toShapePaths(packed) {
  const next = readVarints(packed);
  return packed.rings.map((rings, shape) => {
    const words = [];
    for (let r = 0; r < rings; r += 1) {
      const n = next();
      words.push("M", next(), next());
      if (n > 1) words.push("l");
      for (let i = 1; i < n; i += 1) words.push(next(), next());
      if (packed.closed[shape]) words.push("z");
    }
    return words.join(" ");
  });
}

export { toNumbers, toIndices, toJson, toPathData, toShapePaths };
