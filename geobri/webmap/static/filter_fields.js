/* Filters by what cities and corridors are: groups, types, coast, length, several cities, and named views of them all. */
import { choice, field, pills } from "./controls.js";
import { h, icon } from "./dom.js";
import * as Filters from "./filters.js";
import { groupFilter, groupWish } from "./groups.js";
import { formatNumber } from "./i18n.js";
import { sayLength } from "./sentence.js";
import { CITY_MODES } from "./state.js";

const MOST_TYPES = 6; /* more of them are a list */

/** Groups of cities by one column at a time; what is asked of the others stands below, and can be taken back. */
function groupField(app) {
  const { groups } = app.model;
  const offered = groups.filter((group) => group.names.length > 1);
  if (!offered.length) return null;
  let shown = (offered.find((group) => groupFilter(app.state, group.key).mode !== "all") || offered[0]).key;
  const group = () => offered.find(({ key }) => key === shown);
  const filter = () => {
    const { mode, a, b } = groupFilter(app.state, shown);
    const { names } = group();
    return { mode, a: a || names[0], b: b || names[1] };
  };
  const set = (change) => groupWish(app.state, shown, { ...filter(), ...change });
  const column = choice(app, () => offered.map((one) => [one.key, app.groupName(one)]), () => shown, (key) => {
    shown = key;
    return {};
  }, "groups");
  const modes = [["all", "all"], ["within", "inward"], ["leaving", "outward"], ["between", "between"]];
  const items = modes.map(([value, word]) => ({ value, text: () => app.say(word) }));
  const options = () => {
    const named = group().names.map((name) => [name, app.translate(name)]);
    return group().key === "country" ? named.sort((a, b) => a[1].localeCompare(b[1], app.state.lang)) : named; /* not by their codes */
  };
  const first = choice(app, options, () => filter().a, (a) => set({ a }), "group");
  const second = choice(app, options, () => filter().b, (b) => set({ b }), "groupAnd");
  const others = h("div", { class: "geobri-chips" });
  app.onSync(() => {
    column.hidden = offered.length < 2;
    first.hidden = filter().mode === "all";
    second.hidden = filter().mode !== "between";
    others.replaceChildren(...offered.filter(({ key }) => key !== shown && groupFilter(app.state, key).mode !== "all").map((one) => {
      const { mode, a, b } = groupFilter(app.state, one.key);
      const words = app.say(`said_${mode}`, { a: app.translate(a), b: app.translate(b || "") });
      return chip(app, words, () => app.set(groupWish(app.state, one.key, { mode: "all" })));
    }));
  });
  const modePills = pills(app, "group", items, () => filter().mode, (mode) => set({ mode }));
  return field(app, "groups", column, modePills, h("div", { class: "geobri-pair" }, first, second), others);
}

/** Something chosen, with a button that lets it go. */
function chip(app, words, letGo) {
  const button = h("button", { type: "button", class: "geobri-chip", title: app.say("letGo"), "aria-label": `${words}: ${app.say("letGo")}` }, h("span", {}, words), icon("close"));
  button.addEventListener("click", letGo);
  return button;
}

/** One type of corridors, or all; the legend chooses several. */
function typeField(app, type) {
  const id = `${app.key}_type_${type.key}`;
  const get = () => {
    const chosen = app.state.types[type.key] || [];
    return chosen.length === 0 ? "" : chosen.length === 1 ? chosen[0] : "…";
  };
  const set = (name) => (name === "…" ? {} : { types: { ...app.state.types, [type.key]: name ? [name] : [] } });
  const several = () => (get() === "…" ? [["…", app.state.types[type.key].map(app.translate).join(app.state.lang === "zh" ? "、" : ", ")]] : []);
  const options = () => [["", app.say("all")], ...type.names.map((name) => [name, app.translate(name)]), ...several()];
  const title = h("div", { class: "geobri-label", id });
  /** @type {PillItem[]} */
  const items = ["", ...type.names].map((name) => ({ value: name, text: () => (name ? app.translate(name) : app.say("all")) }));
  items.push({ value: "…", text: () => (several()[0] || ["", ""])[1], hidden: () => get() !== "…" });
  app.onSync(() => {
    title.textContent = type.label[app.state.lang];
  });
  const control = type.names.length <= MOST_TYPES ? pills(app, `type_${type.key}`, items, get, set) : choice(app, options, get, set, "corridorType");
  return h("div", { class: "geobri-field", role: "group", "aria-labelledby": id }, title, control);
}

function coastField(app) {
  const met = new Set(app.model.coast);
  const kinds = [...Filters.COASTS].reverse().filter((kind) => met.has(Filters.COASTS.indexOf(kind)));
  if (kinds.length < 2) return null;
  const items = [null, ...kinds].map((kind) => ({ value: kind, text: () => app.say(kind || "all") }));
  return field(app, "cityTypes", pills(app, "coast", items, () => app.state.coast, (coast) => ({ coast })));
}

/** Thirds of the lengths, with ends of one digit, or of two where these would fall together. */
function lengthEnds(distance) {
  const sorted = distance.filter((km) => km > 0).sort();
  if (sorted.length < 6) return [];
  const thirds = [1, 2].map((third) => sorted[Math.floor((third * sorted.length) / 3)]);
  const part = (ends) => ends[0] < ends[1] && ends[0] > sorted[0] && ends[1] < sorted[sorted.length - 1];
  return [1, 2].map((digits) => thirds.map((km) => Number(km.toPrecision(digits)))).find(part) || [];
}

function lengthField(app) {
  const ends = app.model.distance ? lengthEnds(app.model.distance) : [];
  if (!ends.length) return null;
  const [low, high] = ends;
  const parts = [null, [null, low], [low, high], [high, null]];
  const name = (km) => JSON.stringify(km);
  const km = (end) => formatNumber(app.state.lang, end, 1);
  const short = (/** @type {number[]} */ [from, to]) => (from === null ? `< ${km(to)}` : to === null ? `≥ ${km(from)}` : `${km(from)}–${km(to)}`);
  /** @type {PillItem[]} */
  const items = parts.map((part) => ({ value: name(part), text: () => (part ? short(part) : app.say("all")) }));
  const known = new Set(parts.map(name));
  items.push({ value: "own", text: () => (app.state.km ? sayLength(app, app.state.km) : ""), hidden: () => known.has(name(app.state.km)) });
  const get = () => (known.has(name(app.state.km)) ? name(app.state.km) : "own");
  return field(app, "lengths", pills(app, "km", items, get, (part) => (part === "own" ? {} : { km: JSON.parse(part) })));
}

/** Several cities, once some are chosen: which of their corridors are meant, and a way back. */
function citiesField(app) {
  const chips = h("div", { class: "geobri-chips" });
  const items = CITY_MODES.map((mode) => ({ value: mode, text: () => app.say(`cities_${mode}`) }));
  const modes = pills(app, "cities", items, () => (app.state.cities ? app.state.cities.mode : "touching"), (mode) => ({ cities: { ...app.state.cities, mode } }));
  const box = field(app, "severalCities", modes, chips);
  app.onSync(() => {
    const { cities } = app.state;
    box.hidden = cities === null;
    if (box.hidden) return;
    const { position } = app.model.cities;
    const without = (slug) => ({ ...cities, list: cities.list.filter((one) => one !== slug) });
    const each = cities.list.length > 12 ? [] : cities.list.map((slug) => chip(app, app.cityName(position.get(slug)), () => app.set({ cities: without(slug) })));
    const all = chip(app, app.say("nCities", { n: cities.list.length }), () => app.set({ cities: null }));
    chips.replaceChildren(all, ...each);
  });
  return box;
}

/** The named views of the map's author; "own" is what the reader made of them. */
function viewField(app) {
  const { views } = app.config;
  if (!views.length) return null;
  const options = () => [["", app.say("opening")], ...views.map((view, k) => [String(k), view.name[app.state.lang]]), ...(app.namedView() === null ? [["own", app.say("ownView")]] : [])];
  const get = () => app.namedView() ?? "own";
  const show = (name) => {
    if (name !== "own") app.showView(name === "" ? null : Number(name));
    return {};
  };
  return field(app, "views", choice(app, options, get, show, "views"));
}

export { groupField, typeField, coastField, lengthField, citiesField, viewField, lengthEnds };
