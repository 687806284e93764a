/* From strength to width, colour and class. */
import * as Palette from "./palette.js";

const N_CLASSES = 5;
const WIDTH = [0.6, 6];
const FULL_WIDTH_UP_TO = 300;
const STROKES_UP_TO = 1500;
const CRISP = 300;
const FEW = 60;

/** Class 4 is strongest, 0 weakest. */
const classOf = (strength) => Math.max(0, Math.min(N_CLASSES - 1, Math.ceil(strength * N_CLASSES - 1e-5) - 1));

/** How much thinner and fainter lines get when many are shown; `known` of them have a value. */
function crowding(shown, known) {
  const thin = shown <= FULL_WIDTH_UP_TO ? 1 : Math.max(0.25, Math.sqrt(FULL_WIDTH_UP_TO / shown));
  const alpha = shown <= FULL_WIDTH_UP_TO ? 0.95 : Math.max(0.4, 0.95 * Math.sqrt(thin));
  return { thin, alpha, few: known <= FEW };
}

const widthOf = (strength, thin) => Math.max(0.4, (WIDTH[0] + (WIDTH[1] - WIDTH[0]) * strength) * thin);

/** The weak step back, so that many of them do not drown the strong; a few need not. */
const alphaOf = (strength, look) => look.alpha * (look.few ? 1 : 0.55 + 0.45 * Math.sqrt(strength));

/** Colours of the five classes under a theme, weakest first. */
function classColours(theme) {
  return Array.from({ length: N_CLASSES }, (_, c) => Palette.css(Palette.ofStrength(c / (N_CLASSES - 1), theme)));
}

/**
 * The classes that hold at least one corridor, strongest first: their range as it occurs in the table,
 * and their middle strength. `rows` narrows the table down.
 */
function describeClasses(measure, rows) {
  const classes = Array.from({ length: N_CLASSES }, (_, c) => ({
    c, low: Infinity, high: -Infinity, n: 0, strength: (c + 0.5) / N_CLASSES,
  }));
  for (const i of rows || measure.order) {
    const strength = measure.strength[i];
    if (!Number.isNaN(strength)) {
      const found = classes[classOf(strength)];
      found.low = Math.min(found.low, measure.numbers[i]);
      found.high = Math.max(found.high, measure.numbers[i]);
      found.n += 1;
    }
  }
  return classes.filter((row) => row.n > 0).reverse();
}

export { N_CLASSES, STROKES_UP_TO, CRISP, classOf, crowding, widthOf, alphaOf, classColours, describeClasses };
