/* Saying words and numbers in the language of the reader. */
import { printMinus } from "./minus.js";
import { ENGLISH } from "./words_en.js";
import { CHINESE } from "./words_zh.js";

const WORDS = { en: ENGLISH, zh: CHINESE };

const CITY = /\b(?:([Aa])n? )?([Cc])it(y|ies)\b/g;
const CITY_ZH = /([座个])?城市(通路)?/g;

/** The words of the page with another word for cities; what stands between braces is a name of ours and stays. */
function renameCities(lang, words, place) {
  const english = (text) => text.replace(CITY, (_, article, initial, ending) => {
    const plain = ending === "y" ? place.one : place.many;
    const word = initial === "C" ? plain[0].toUpperCase() + plain.slice(1) : plain;
    if (!article) return word;
    return `${/^[aeiou]/i.test(word) ? `${article}n` : article} ${word}`;
  });
  const chinese = (text) => text.replace(CITY_ZH, (_, count, pair) => (count ? "个" : "") + (pair ? "通路" : place.zh));
  const change = lang === "zh" ? chinese : english;
  return words.split(/(\{\w+\})/).map((part, at) => (at % 2 ? part : change(part))).join("");
}

/** Call places what they are on this page: zones, stations, counties. */
function callPlaces(place) {
  for (const [lang, words] of Object.entries(WORDS)) {
    for (const key of Object.keys(words)) {
      if (typeof words[key] === "string") words[key] = renameCities(lang, words[key], place);
    }
  }
}

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
  return printMinus(formats.get(name).format(value));
}

const compacts = new Map();

/** Few digits and a word for thousands and millions: for labels, and for numbers that were rounded on the way. */
function formatCompact(lang, value, digits) {
  const name = `${lang}${digits}`;
  if (!compacts.has(name)) compacts.set(name, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { notation: "compact", maximumSignificantDigits: digits }));
  return printMinus(compacts.get(name).format(value));
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

/** Two written numbers with a dash between them, or with words where one of them has a minus. */
const sayFromTo = (lang, low, high, dash) => (/\u2212/.test(low + high) ? say(lang, "fromTo", { low, high }) : low + dash + high);

export { callPlaces, renameCities, say, formatNumber, formatValue, formatShort, sayFromTo };
