/* Sorting long columns: positions in the order of their keys, in a few passes over typed arrays. */

const DIGIT = 65536;
const FEW = 2048; /* which are compared one by one */

/** Keys as four digits of 16 bits whose order, as whole numbers, is the order of the keys; NaN comes last. */
function toDigits(keys) {
  const n = keys.length;
  const floats = new Float64Array(n);
  for (let i = 0; i < n; i += 1) floats[i] = Number.isNaN(keys[i]) ? Infinity : keys[i] + 0;
  const words = new Uint16Array(floats.buffer);
  const digits = [0, 1, 2, 3].map(() => new Uint16Array(n));
  for (let i = 0; i < n; i += 1) {
    const negative = words[4 * i + 3] & 0x8000;
    for (let d = 0; d < 4; d += 1) {
      const word = words[4 * i + d];
      digits[d][i] = negative ? ~word : d === 3 ? word | 0x8000 : word;
    }
  }
  return digits;
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
  for (const digit of toDigits(keys)) {
    const starts = new Uint32Array(DIGIT + 1);
    for (let i = 0; i < n; i += 1) starts[digit[i] + 1] += 1;
    if (starts[digit[0] + 1] === n) continue; /* all alike */
    for (let d = 0; d < DIGIT; d += 1) starts[d + 1] += starts[d];
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
