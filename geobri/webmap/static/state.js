/* What the reader has chosen: checked whoever sets it, and kept in the address of the page. */
import * as Filters from "./filters.js";
import { MODES } from "./scale.js";

const GROUP_MODES = ["all", "within", "leaving", "between"];
const COASTS = [null, ...Filters.COASTS];
const CITY_MODES = ["touching", "within", "leaving"];
const VIEW_DIGITS = 6;
/* What decides which corridors are drawn. */
const FILTERS = [
  "value", "year", "since", "net", "region", "groups", "types", "km", "coast", "range", "top", "city", "cities", "only", "lines", "missing", "zeros", "scale",
];

/** What of a state, or of a wish, is a filter. */
const keepFilters = (part) => Object.fromEntries(FILTERS.filter((name) => name in part).map((name) => [name, part[name]]));

const oneOf = (value, allowed, fallback) => (allowed.includes(value) ? value : fallback);

function readGroup(wish, old, names) {
  if (!wish || typeof wish !== "object") return old;
  const mode = oneOf(wish.mode, GROUP_MODES, old.mode);
  const a = oneOf(wish.a, names, old.a);
  const b = oneOf(wish.b, names, old.b);
  return mode !== "all" && names.length === 0 ? old : { mode, a, b };
}

const firstOf = ({ names }) => ({ mode: "all", a: names[0] || null, b: names[1] || names[0] || null });

/** Groups by columns other than the region; one that asks nothing is not kept. */
function readGroups(wish, old, groups) {
  if (!wish || typeof wish !== "object") return wish === null ? {} : old;
  const state = {};
  for (const group of groups.filter(({ key }) => key !== "region")) {
    const found = readGroup(wish[group.key], old[group.key] || firstOf(group), group.names);
    if (wish[group.key] && found.mode !== "all") state[group.key] = found;
  }
  return state;
}

/** Types of corridors that are shown, by column; all of them are no filter. */
function readTypes(wish, old, types) {
  if (!wish || typeof wish !== "object") return wish === null ? {} : old;
  const state = {};
  for (const { key, names } of types) {
    const chosen = Array.isArray(wish[key]) ? names.filter((name) => wish[key].includes(name)) : [];
    if (chosen.length && chosen.length < names.length) state[key] = chosen;
  }
  return state;
}

/** Kilometres from (with) and to (without); null is an open end. */
function readLength(wish, old, distance) {
  if (wish === null || !distance) return null;
  if (!Array.isArray(wish) || wish.length !== 2) return old;
  const [low, high] = wish.map((end) => (Number.isFinite(end) && end > 0 ? end : null));
  return low === null && high === null ? null : [low, high];
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

/** The year, and the one that it is compared with, as far as the column has them. */
function mergeYears(model, state, wish, has) {
  const years = model.values.yearsOf(state.value);
  state.year = oneOf(has("year") ? wish.year : state.year, years, null);
  state.since = oneOf(has("since") ? wish.since : state.since, years, null);
  if (state.year === model.values.yearOf(state.value)) state.year = null;
  if (state.since === (state.year ?? model.values.yearOf(state.value))) state.since = null;
}

/** Merge a wish into a state; whatever the map does not know is left as it was. */
function merge(model, old, wish) {
  const state = { ...old };
  const has = (name) => Object.prototype.hasOwnProperty.call(wish, name);
  if (has("value")) state.value = oneOf(wish.value, model.values.keys, old.value);
  state.net = Boolean(has("net") ? wish.net : old.net) && model.values.canNet(state.value);
  mergeYears(model, state, wish, has);
  if (["value", "net", "since"].some((name) => state[name] !== old[name]) && !has("range")) state.range = null;
  if (state.value !== old.value && !has("scale")) state.scale = null;
  if (has("region")) state.region = readGroup(wish.region, old.region, model.cities.regions);
  if (has("groups")) state.groups = readGroups(wish.groups, old.groups, model.groups);
  if (has("types")) state.types = readTypes(wish.types, old.types, model.types);
  if (has("km")) state.km = readLength(wish.km, old.km, model.distance);
  if (has("colour")) state.colour = oneOf(wish.colour, [null, ...model.types.map(({ key }) => key)], old.colour);
  if (has("coast")) state.coast = oneOf(wish.coast, COASTS, old.coast);
  if (has("range")) state.range = readRange(wish.range, model.values.column(state.value, state));
  if (has("top")) state.top = readTop(wish.top);
  if (has("city")) state.city = model.cities.position.has(wish.city) ? wish.city : null;
  if (has("cities")) state.cities = readCities(wish.cities, old.cities, model.cities);
  if (has("only")) state.only = readOnly(wish.only, old.only, model.find);
  if (has("corridor")) state.corridor = model.find(wish.corridor) >= 0 ? wish.corridor : null;
  if (has("scale")) state.scale = oneOf(wish.scale, [null, ...MODES], old.scale);
  if (has("lines")) state.lines = Boolean(wish.lines);
  if (has("zeros")) state.zeros = Boolean(wish.zeros);
  if (has("missing")) state.missing = Boolean(wish.missing);
  if (has("points")) state.points = model.cities.values.has(wish.points) ? wish.points : null;
  if (has("lang")) state.lang = oneOf(wish.lang, ["en", "zh"], old.lang);
  if (has("theme")) state.theme = oneOf(wish.theme, ["auto", "light", "dark"], old.theme);
  if (has("view")) state.view = readView(wish.view);
  return state;
}

function blank(model, config) {
  const first = {
    value: model.values.keys[0],
    year: null,
    since: null,
    net: false,
    region: firstOf({ names: model.cities.regions }),
    groups: {},
    types: {},
    km: null,
    colour: null,
    coast: null,
    range: null,
    top: null,
    city: null,
    cities: null,
    only: null,
    corridor: null,
    lines: true,
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
const join = (parts) => parts.map((part) => encodeURIComponent(part || "")).join(":");
const split = (text) => text.split(":").map(decodeURIComponent);
const several = (text, read) => Object.fromEntries(text.split(";").filter(Boolean).map((part) => read(split(part))));
const WRITERS = {
  value: (s) => s.value,
  year: (s) => String(s.year ?? ""),
  since: (s) => String(s.since ?? ""),
  net: (s) => (s.net ? "1" : "0"),
  region: (s) => join([s.region.mode, s.region.a, s.region.b]),
  groups: (s) => Object.entries(s.groups).map(([key, { mode, a, b }]) => join([key, mode, a, b])).join(";"),
  types: (s) => Object.entries(s.types).map(([key, chosen]) => join([key, ...chosen])).join(";"),
  km: (s) => (s.km ? s.km.map((end) => end ?? "").join(":") : ""),
  colour: (s) => s.colour || "",
  coast: (s) => s.coast || "all",
  range: (s) => (s.range ? s.range.join(":") : "all"),
  top: (s) => (s.top === null ? "all" : String(s.top)),
  city: (s) => s.city || "",
  cities: (s) => (s.cities ? join([s.cities.mode, ...s.cities.list]) : ""),
  corridor: (s) => s.corridor || "",
  lines: (s) => (s.lines ? "1" : "0"),
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
    const [mode, a, b] = split(text);
    return { mode, a, b };
  },
  year: (text) => (text ? Number(text) : null),
  since: (text) => (text ? Number(text) : null),
  net: (text) => text === "1",
  groups: (text) => several(text, ([key, mode, a, b]) => [key, { mode, a, b }]),
  types: (text) => several(text, ([key, ...chosen]) => [key, chosen]),
  km: (text) => (text ? text.split(":").map((end) => (end ? Number(end) : null)) : null),
  colour: (text) => text || null,
  coast: (text) => (text === "all" ? null : text),
  cities: (text) => {
    const [mode, ...list] = split(text);
    return text ? { mode, list } : null;
  },
  range: (text) => (text === "all" ? null : numbers(text)),
  top: (text) => (text === "all" ? null : Number(text)),
  lines: (text) => text === "1",
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

export { FILTERS, CITY_MODES, keepFilters, merge, blank, toHash, fromHash };
