/* What the reader has chosen: checked whoever sets it, and kept in the address of the page. */
import * as Filters from "./filters.js";
import { MODES } from "./scale.js";

const REGION_MODES = ["all", "within", "leaving", "between"];
const COASTS = [null, ...Filters.COASTS];
const CITY_MODES = ["touching", "within", "leaving"];
const VIEW_DIGITS = 6;
/* What decides which corridors are drawn. */
const FILTERS = ["value", "region", "coast", "range", "top", "city", "cities", "only", "missing", "zeros", "scale"];

const oneOf = (value, allowed, fallback) => (allowed.includes(value) ? value : fallback);

function readRegion(wish, old, regions) {
  if (!wish || typeof wish !== "object") return old;
  const mode = oneOf(wish.mode, REGION_MODES, old.mode);
  const a = oneOf(wish.a, regions, old.a);
  const b = oneOf(wish.b, regions, old.b);
  return mode !== "all" && regions.length === 0 ? old : { mode, a, b };
}

function readRange(wish, measure) {
  if (!Array.isArray(wish) || wish.length !== 2 || !wish.every((end) => Number.isFinite(end))) return null;
  const range = [Math.min(...wish), Math.max(...wish)];
  return range[0] <= measure.low && range[1] >= measure.high ? null : range;
}

/** Several cities, and which corridors of theirs are meant; one that is not there is left out, none is no filter. */
function readCities(wish, old, cities) {
  if (wish === null) return null;
  const { mode, list } = Array.isArray(wish) ? { list: wish } : { ...old, ...wish };
  const known = Array.isArray(list) ? [...new Set(list)].filter((slug) => cities.position.has(slug)) : [];
  return known.length ? { mode: oneOf(mode, CITY_MODES, old ? old.mode : "touching"), list: known } : null;
}

/** A list of corridors alone, such as those of a part of a chart; an empty one draws nothing. */
const readOnly = (wish, old, find) => (wish === null ? null : Array.isArray(wish) ? [...new Set(wish)].filter((id) => find(id) >= 0) : old);

function readView(wish) {
  if (!Array.isArray(wish) || wish.length !== 3 || !wish.every((part) => Number.isFinite(part))) return null;
  return [Math.max(-85, Math.min(85, wish[0])), wish[1], Math.max(0, Math.min(22, wish[2]))];
}

const readTop = (wish) => (Number.isInteger(wish) && wish > 0 ? wish : null);

/** Merge a wish into a state; whatever the map does not know is left as it was. */
function merge(model, old, wish) {
  const state = { ...old };
  const has = (name) => Object.prototype.hasOwnProperty.call(wish, name);
  if (has("value")) state.value = oneOf(wish.value, model.values.keys, old.value);
  if (state.value !== old.value && !has("range")) state.range = null;
  if (state.value !== old.value && !has("scale")) state.scale = null;
  if (has("region")) state.region = readRegion(wish.region, old.region, model.cities.regions);
  if (has("coast")) state.coast = oneOf(wish.coast, COASTS, old.coast);
  if (has("range")) state.range = readRange(wish.range, model.values.column(state.value));
  if (has("top")) state.top = readTop(wish.top);
  if (has("city")) state.city = model.cities.position.has(wish.city) ? wish.city : null;
  if (has("cities")) state.cities = readCities(wish.cities, old.cities, model.cities);
  if (has("only")) state.only = readOnly(wish.only, old.only, model.find);
  if (has("corridor")) state.corridor = model.find(wish.corridor) >= 0 ? wish.corridor : null;
  if (has("scale")) state.scale = oneOf(wish.scale, [null, ...MODES], old.scale);
  if (has("zeros")) state.zeros = Boolean(wish.zeros);
  if (has("missing")) state.missing = Boolean(wish.missing);
  if (has("points")) state.points = model.cities.values.has(wish.points) ? wish.points : null;
  if (has("lang")) state.lang = oneOf(wish.lang, ["en", "zh"], old.lang);
  if (has("theme")) state.theme = oneOf(wish.theme, ["auto", "light", "dark"], old.theme);
  if (has("view")) state.view = readView(wish.view);
  return state;
}

function blank(model, config) {
  const regions = model.cities.regions;
  const first = {
    value: model.values.keys[0],
    region: { mode: "all", a: regions[0] || null, b: regions[1] || regions[0] || null },
    coast: null,
    range: null,
    top: null,
    city: null,
    cities: null,
    only: null,
    corridor: null,
    missing: true,
    zeros: false,
    scale: null,
    points: null,
    lang: config.lang,
    theme: config.theme,
    view: null,
  };
  return merge(model, first, config.state || {});
}

/* In the address: name=value pairs, with the map's name before a point where several maps share a page. */
const WRITERS = {
  value: (s) => s.value,
  region: (s) => [s.region.mode, s.region.a, s.region.b].map((part) => encodeURIComponent(part || "")).join(":"),
  coast: (s) => s.coast || "all",
  range: (s) => (s.range ? s.range.join(":") : "all"),
  top: (s) => (s.top === null ? "all" : String(s.top)),
  city: (s) => s.city || "",
  cities: (s) => (s.cities ? [s.cities.mode, ...s.cities.list].map(encodeURIComponent).join(":") : ""),
  corridor: (s) => s.corridor || "",
  missing: (s) => (s.missing ? "1" : "0"),
  zeros: (s) => (s.zeros ? "1" : "0"),
  scale: (s) => s.scale || "auto",
  points: (s) => s.points || "",
  lang: (s) => s.lang,
  theme: (s) => s.theme,
  view: (s) => (s.view ? s.view.map((part) => Number(part.toFixed(VIEW_DIGITS))).join(":") : ""),
};
const numbers = (text) => text.split(":").map((part) => (part.trim() === "" ? NaN : Number(part)));
const READERS = {
  region: (text) => {
    const [mode, a, b] = text.split(":").map(decodeURIComponent);
    return { mode, a, b };
  },
  coast: (text) => (text === "all" ? null : text),
  cities: (text) => {
    const [mode, ...list] = text.split(":").map(decodeURIComponent);
    return text ? { mode, list } : null;
  },
  range: (text) => (text === "all" ? null : numbers(text)),
  top: (text) => (text === "all" ? null : Number(text)),
  missing: (text) => text === "1",
  zeros: (text) => text === "1",
  scale: (text) => (text === "auto" ? null : text),
  view: (text) => (text ? numbers(text) : null),
};

/** Only what differs from the opening state is written. */
function toHash(state, opening, prefix) {
  return Object.entries(WRITERS)
    .filter(([, write]) => write(state) !== write(opening))
    .map(([name, write]) => `${prefix}${name}=${encodeURIComponent(write(state)).replace(/%3A/g, ":")}`)
    .join("&");
}

/** What an address wishes of the map with this prefix; null when it does not speak of it. */
function fromHash(hash, prefix) {
  const wish = {};
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at);
    if (at < 1 || !name.startsWith(prefix) || !(name.slice(prefix.length) in WRITERS)) continue;
    const key = name.slice(prefix.length);
    try {
      const text = decodeURIComponent(part.slice(at + 1));
      wish[key] = READERS[key] ? READERS[key](text) : text;
    } catch {
      /* a broken escape in a hand-made address: that part is left out */
    }
  }
  return Object.keys(wish).length ? wish : null;
}

export { FILTERS, CITY_MODES, merge, blank, toHash, fromHash };
