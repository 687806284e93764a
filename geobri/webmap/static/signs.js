/* Bytes from printable signs: every two of 91 signs are 13 bits, low bits first. */

const FIRST = 0x20;
const LEFT_OUT = new Set(['"', "&", "<", "\\"]);
const VALUE = new Uint8Array(0x7f);
for (let code = FIRST, next = 0; code < VALUE.length; code += 1) {
  if (LEFT_OUT.has(String.fromCharCode(code))) continue;
  VALUE[code] = next;
  next += 1;
}

/**
 * The bytes that were written; up to one more, of zeros, where the last signs have room for it.
 * @param {string} signs
 */
function toBytes(signs) {
  const bytes = new Uint8Array((13 * signs.length) >> 4);
  let [at, bits, held] = [0, 0, 0];
  for (let i = 0; i < signs.length; i += 2) {
    bits |= (VALUE[signs.charCodeAt(i)] * 91 + VALUE[signs.charCodeAt(i + 1)]) << held;
    held += 13;
    while (held >= 8) {
      bytes[at] = bits & 255;
      at += 1;
      bits >>>= 8;
      held -= 8;
    }
  }
  return bytes;
}

export { toBytes };
