/* Packed columns and polygons back to numbers. */

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array };
const U16_MISSING = 65535;

function toBytes(base64) {
  const raw = atob(base64);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Numbers of a packed column; NaN where a value is missing. */
function toNumbers(packed) {
  const raw = new ARRAYS[packed.type](toBytes(packed.data).buffer);
  const numbers = Float64Array.from(raw);
  if (packed.type === "u16") {
    for (let i = 0; i < numbers.length; i += 1) if (raw[i] === U16_MISSING) numbers[i] = NaN;
  }
  return numbers;
}

/** Whole numbers without gaps, in a type a loop reads fast. */
function toIndices(packed) {
  return Uint32Array.from(new ARRAYS[packed.type](toBytes(packed.data).buffer));
}

function* readVarints(bytes) {
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) {
      yield value % 2 ? -(value + 1) / 2 : value / 2;
      value = 0;
      factor = 1;
    }
  }
}

/**
 * Packed polygons as path data, in steps of the grid: "M x y l dx dy …z" for each ring. A browser reads such
 * text much faster than it takes single calls. `isCut` leaves out the edges that lie on 180 degrees.
 */
function toPathData(packed, isCut) {
  const numbers = readVarints(toBytes(packed.data));
  const next = () => numbers.next().value;
  const words = [];
  for (let r = 0; r < packed.rings; r += 1) {
    const n = next();
    const [x0, y0] = [next(), next()];
    const rim = (x) => isCut && (x === 0 || x === packed.grid);
    let x = x0;
    words.push("M", x0, y0);
    for (let i = 1; i < n; i += 1) {
      const [dx, dy] = [next(), next()];
      words.push(dx === 0 && rim(x) ? "m" : "l", dx, dy);
      x += dx;
    }
    if (!isCut) words.push("z");
    else if (x !== x0 || !rim(x)) words.push("L", x0, y0); /* "z" would close to the last cut */
  }
  return words.join(" ");
}

export { toNumbers, toIndices, toPathData };
