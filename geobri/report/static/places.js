/* Places of rows in a column: first, second, ties share the better one. */

const FRONT = 5;

/** Place of every row by strength; null where it has no value. */
function placesOf(column, count) {
  const known = Array.from({ length: count }, (_, i) => column.strength(i));
  const sorted = known.filter((one) => one !== null).sort((a, b) => b - a);
  return known.map((one) => (one === null ? null : sorted.indexOf(one) + 1));
}

/** Columns in which rows have places: those of numbers that are not the same for all. */
function placedColumns(table) {
  return table.columns.filter((column) => column.strength && new Set(column.numbers.filter((one) => one !== null)).size > 1);
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Mean place of a group, and who of it stands in front; null where none has a place. */
function standing(places, members) {
  const own = members.filter((i) => places[i] !== null).sort((a, b) => places[a] - places[b] || a - b);
  if (own.length === 0) return null;
  return { n: own.length, mean: mean(own.map((i) => places[i])), front: own.filter((i) => places[i] <= FRONT) };
}

/**
 * Rows most like one of them: how far apart their places are on average, over the columns in which both have one and at
 * least half of those in which the one has a place.
 */
function mostAlike(places, at, count) {
  const own = places.filter((column) => column[at] !== null);
  const found = [];
  for (let i = 0; i < places[0]?.length; i += 1) {
    const shared = own.filter((column) => column[i] !== null);
    if (i !== at && shared.length && 2 * shared.length >= own.length) found.push({ i, apart: mean(shared.map((column) => Math.abs(column[i] - column[at]))), n: shared.length });
  }
  return found.sort((a, b) => a.apart - b.apart || a.i - b.i).slice(0, count);
}

/** The strongest partners of a row in a column of pairs; there and back are one partner, the stronger counts. */
function partnersOf(column, ends, at, count) {
  const best = new Map();
  ends.forEach(([from, to], pair) => {
    if (from !== at && to !== at) return;
    const strength = column.strength(pair);
    const other = from === at ? to : from;
    if (strength === null || (column.kind !== "rank" && column.numbers[pair] === 0)) return;
    if (!best.has(other) || best.get(other).strength < strength) best.set(other, { i: other, pair, strength });
  });
  return [...best.values()].sort((a, b) => b.strength - a.strength || a.i - b.i).slice(0, count);
}

export { FRONT, placesOf, placedColumns, standing, mostAlike, partnersOf };
