/* Saying words and numbers in the language of the reader. */
import { ENGLISH } from "./words_en.js";
import { CHINESE } from "./words_zh.js";

const WORDS = { en: ENGLISH, zh: CHINESE };

function say(lang, key, fill) {
  const words = WORDS[lang][key];
  return words.replace(/\{(\w+)\}/g, (_, name) => String(fill[name]));
}

const formats = new Map(); /* making one takes far longer than using it */

function formatNumber(lang, value, digits) {
  const name = `${lang}${digits}`;
  if (!formats.has(name)) {
    formats.set(name, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits }));
  }
  return formats.get(name).format(value);
}

const compacts = new Map();

/** Few digits and a word for thousands and millions: for labels, and for numbers that were rounded on the way. */
function formatCompact(lang, value, digits) {
  const name = `${lang}${digits}`;
  if (!compacts.has(name)) compacts.set(name, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { notation: "compact", maximumSignificantDigits: digits }));
  return compacts.get(name).format(value);
}

const withUnit = (text, unit) => text + (unit ? ` ${unit}` : "");

/** How many digits behind the point are worth reading: as many as the column has, and no more than its span needs. */
function digitsOf(measure, value) {
  if (measure.kind === "rank") return Number.isInteger(value) ? 0 : 1;
  const span = measure.high - measure.low || Math.abs(measure.high) || 1;
  return Math.max(0, Math.min(6, measure.decimals ?? 6, 3 - Math.floor(Math.log10(span))));
}

/** A value of a measure as the reader sees it, with its unit. */
function formatValue(lang, measure, value) {
  if (Number.isNaN(value)) return "–";
  const text = measure.coarse ? formatCompact(lang, value, 4) : formatNumber(lang, value, digitsOf(measure, value));
  return withUnit(text, measure.unit[lang]);
}

/** A round number for a legend, without its unit. */
function formatShort(lang, measure, value) {
  if (Math.abs(value) >= 1e6) return formatCompact(lang, value, 3);
  return formatNumber(lang, value, Math.max(digitsOf(measure, value), Number.isInteger(value) || value === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value))))));
}

export { say, formatNumber, formatValue, formatShort };
