/* Raw deflate (RFC 1951) unpacked at once: the browser's own unpacking is asynchronous, and a map starts in one go. */

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const AWAY_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const AWAY_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/* The order in which the lengths of the code of code lengths are written. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST = 15;

/** A code as a table: the next LONGEST bits give symbol * 16 + length of the code. */
function makeTable(lengths) {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  let longest = LONGEST;
  while (longest > 1 && counts[longest] === 0) longest -= 1;
  const next = new Uint16Array(LONGEST + 2);
  for (let bits = 1; bits <= LONGEST; bits += 1) next[bits + 1] = (next[bits] + counts[bits]) << 1;
  const table = new Uint16Array(1 << longest);
  lengths.forEach((length, symbol) => {
    if (!length) return;
    let code = next[length];
    next[length] += 1;
    let turned = 0; /* codes are written from their highest bit on */
    for (let bit = 0; bit < length; bit += 1) {
      turned = (turned << 1) | (code & 1);
      code >>= 1;
    }
    for (let at = turned; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
  });
  return { table, mask: table.length - 1 };
}

const fixedLengths = () => Array.from({ length: 288 }, (_, s) => (s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8));

/**
 * The `size` bytes that were deflated.
 * @param {Uint8Array} packed
 * @param {number} size
 */
function inflate(packed, size) {
  const out = new Uint8Array(size);
  let [at, written, bits, held] = [0, 0, 0, 0];

  function take(n) {
    while (held < n) {
      bits |= packed[at] << held;
      at += 1;
      held += 8;
    }
    const value = bits & ((1 << n) - 1);
    bits >>>= n;
    held -= n;
    return value;
  }

  function decode(code) {
    while (held < LONGEST && at < packed.length) {
      bits |= packed[at] << held;
      at += 1;
      held += 8;
    }
    const found = code.table[bits & code.mask];
    bits >>>= found & 15;
    held -= found & 15;
    return found >> 4;
  }

  function readCodes() {
    const [literals, aways, n] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const small = new Array(19).fill(0);
    for (let k = 0; k < n; k += 1) small[ORDER[k]] = take(3);
    const code = makeTable(small);
    const lengths = [];
    while (lengths.length < literals + aways) {
      const symbol = decode(code);
      if (symbol < 16) lengths.push(symbol);
      else {
        const [least, width] = [[3, 2], [3, 3], [11, 7]][symbol - 16];
        const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
        for (let k = least + take(width); k > 0; k -= 1) lengths.push(value);
      }
    }
    return [makeTable(lengths.slice(0, literals)), makeTable(lengths.slice(literals))];
  }

  function copyStored() {
    at -= held >> 3; /* bytes that were read ahead */
    const length = packed[at] | (packed[at + 1] << 8);
    out.set(packed.subarray(at + 4, at + 4 + length), written);
    [at, written, bits, held] = [at + 4 + length, written + length, 0, 0];
  }

  function readBlock(codes) {
    const [literal, away] = codes;
    for (;;) {
      const symbol = decode(literal);
      if (symbol < 256) {
        out[written] = symbol;
        written += 1;
      } else if (symbol === 256) return;
      else {
        const length = LENGTH_BASE[symbol - 257] + take(LENGTH_BITS[symbol - 257]);
        const code = decode(away);
        const from = written - AWAY_BASE[code] - take(AWAY_BITS[code]);
        for (let k = 0; k < length; k += 1) out[written + k] = out[from + k];
        written += length;
      }
      if (written > size || at > packed.length + 4) throw new Error("geobri: packed data are broken");
    }
  }

  for (let last = 0; !last; ) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) copyStored();
    else if (kind === 1) readBlock([makeTable(fixedLengths()), makeTable(new Array(30).fill(5))]);
    else if (kind === 2) readBlock(readCodes());
    else throw new Error("geobri: packed data are broken");
  }
  if (written !== size) throw new Error("geobri: packed data are broken");
  return out;
}

export { inflate };
