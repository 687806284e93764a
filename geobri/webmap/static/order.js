/* Sorting long columns: positions in the order of their keys, in a few passes over typed arrays. */

const FEW = 2048; /* which are compared one by one */
const MANY = 32768; /* digits of two bytes are worth the counting of their 65,536 values */

/** Keys as digits, the lowest first, whose order, as whole numbers, is the order of the keys; NaN comes last. */
function toDigits(keys) {
  const n = keys.length;
  const floats = new Float64Array(n);
  for (let i = 0; i < n; i += 1) floats[i] = Number.isNaN(keys[i]) ? Infinity : keys[i] + 0;
  const Digit = n < MANY ? Uint8Array : Uint16Array;
  const size = 8 / Digit.BYTES_PER_ELEMENT;
  const sign = 2 ** (8 * Digit.BYTES_PER_ELEMENT - 1);
  const words = new Digit(floats.buffer);
  const digits = Array.from({ length: size }, () => new Digit(n));
  for (let i = 0; i < n; i += 1) {
    const negative = words[size * i + size - 1] & sign;
    for (let d = 0; d < size; d += 1) {
      const word = words[size * i + d];
      digits[d][i] = negative ? ~word : d === size - 1 ? word | sign : word;
    }
  }
  return { digits, base: 2 * sign };
}

/**
 * Positions of the keys from smallest to largest, equal keys as they stand, NaN and infinity last.
 * @param {Float64Array} keys
 */
function argsort(keys) {
  const n = keys.length;
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i += 1) order[i] = i;
  if (n < FEW) {
    const at = (i) => (Number.isNaN(keys[i]) ? Infinity : keys[i]);
    return order.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : a - b));
  }
  let other = new Uint32Array(n);
  const { digits, base } = toDigits(keys);
  for (const digit of digits) {
    const starts = new Uint32Array(base + 1);
    for (let i = 0; i < n; i += 1) starts[digit[i] + 1] += 1;
    if (starts[digit[0] + 1] === n) continue; /* all alike */
    for (let d = 0; d < base; d += 1) starts[d + 1] += starts[d];
    for (let k = 0; k < n; k += 1) {
      const i = order[k];
      other[starts[digit[i]]] = i;
      starts[digit[i]] += 1;
    }
    [order, other] = [other, order];
  }
  return order;
}

export { argsort };
