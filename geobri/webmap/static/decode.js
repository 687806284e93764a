/* Packed columns and polygons back to numbers. */
(function (G) {
  "use strict";

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

  /** Rings of packed polygons: one Float64Array lon, lat, lon, lat, … each. */
  function toRings(packed) {
    const numbers = readVarints(toBytes(packed.data));
    const next = () => numbers.next().value;
    const rings = [];
    for (let r = 0; r < packed.rings; r += 1) {
      const ring = new Float64Array(2 * next());
      let x = 0;
      let y = 0;
      for (let i = 0; i < ring.length; i += 2) {
        x += next();
        y += next();
        ring[i] = x * packed.quantum;
        ring[i + 1] = y * packed.quantum;
      }
      rings.push(ring);
    }
    return rings;
  }

  G.decode = { toNumbers, toIndices, toRings };
})((window.geobriRuntime = window.geobriRuntime || {}));
