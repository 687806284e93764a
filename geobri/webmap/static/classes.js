/* The classes of a scale: which rows are in each, and what a legend says of them. */
import { isQuantity } from "./scale.js";

const NO_CLASS = 255;
const classed = new WeakMap();

/** The class of each row, found once for a scale. */
function classRows(scale) {
  if (!classed.has(scale)) {
    const { numbers } = scale.measure;
    const codes = new Uint8Array(numbers.length);
    for (let i = 0; i < codes.length; i += 1) codes[i] = Number.isNaN(scale.strengthOf(numbers[i])) ? NO_CLASS : scale.classOf(numbers[i]);
    classed.set(scale, codes);
  }
  return classed.get(scale);
}

/** How many of `rows` are in each class. */
function countClasses(scale, rows) {
  const codes = classRows(scale);
  const counts = new Uint32Array(NO_CLASS + 1);
  for (let r = 0; r < rows.length; r += 1) counts[codes[rows[r]]] += 1;
  return counts.subarray(0, scale.nClasses);
}

/**
 * The classes of a scale that hold at least one of `rows`, strongest first: number, ends (the outermost are those of
 * the data), whether a break belongs to it, and a strength in its middle.
 */
function describeClasses(scale, rows) {
  const { measure, breaks, nClasses } = scale;
  const counts = countClasses(scale, rows);
  const upwards = measure.direction > 0 || measure.diverging;
  const [least, most] = [measure.low, measure.high];
  const classes = Array.from({ length: nClasses }, (_, c) => {
    let [low, high] = [c ? breaks[c - 1] : Math.min(least, breaks[0] ?? least), c < nClasses - 1 ? breaks[c] : most];
    if (scale.isWhole && isQuantity(measure) && c === 0 && nClasses > 1) low = Math.max(low, scale.isLog ? scale.start : 1);
    const middle = scale.valueAt((scale.positionOf(low) + scale.positionOf(high)) / 2);
    if (scale.isWhole && upwards && c < nClasses - 1) high -= 1;
    if (scale.isWhole && !upwards && c > 0) low += 1;
    return { c, n: counts[c], low, high, strength: nClasses === 1 ? scale.strengthOf(most) : scale.strengthOf(middle) };
  });
  return (upwards ? classes.reverse() : classes).filter((row) => row.n > 0);
}

export { classRows, describeClasses };
