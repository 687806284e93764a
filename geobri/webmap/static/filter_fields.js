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
  let shown = (offered.find((group) => groupFilter(app.now.state, group.key).mode !== "all") || offered[0]).key;
  const group = () => offered.find(({ key }) => key === shown);
  const filter = () => {
    const { mode, a, b } = groupFilter(app.now.state, shown);
    const { names } = group();
    return { mode, a: a || names[0], b: b || names[1] };
  };
  const set = (change) => groupWish(app.now.state, shown, { ...filter(), ...change });
  const column = choice(app, () => offered.map((one) => [one.key, app.words.groupName(one)]), () => shown, (key) => {
    shown = key;
    return {};
  }, "groups");
  const modes = [["all", "all"], ["within", "inward"], ["leaving", "outward"], ["between", "between"]];
  const items = modes.map(([value, word]) => ({ value, text: () => app.words.say(word) }));
  const options = () => {
    const named = group().names.map((name) => [name, app.words.translate(name)]);
    return group().key === "country" ? named.sort((a, b) => a[1].localeCompare(b[1], app.now.state.lang)) : named; /* not by their codes */
  };
  const first = choice(app, options, () => filter().a, (a) => set({ a }), "group");
  const second = choice(app, options, () => filter().b, (b) => set({ b }), "groupAnd");
  const others = h("div", { class: "geobri-chips" });
  app.acts.onSync(() => {
    column.hidden = offered.length < 2;
    first.hidden = filter().mode === "all";
    second.hidden = filter().mode !== "between";
    others.replaceChildren(...offered.filter(({ key }) => key !== shown && groupFilter(app.now.state, key).mode !== "all").map((one) => {
      const { mode, a, b } = groupFilter(app.now.state, one.key);
      const words = app.words.say(`said_${mode}`, { a: app.words.translate(a), b: app.words.translate(b || "") });
      return chip(app, words, () => app.acts.set(groupWish(app.now.state, one.key, { mode: "all" })));
    }));
  });
  const modePills = pills(app, "group", items, () => filter().mode, (mode) => set({ mode }));
  return field(app, "groups", column, modePills, h("div", { class: "geobri-pair" }, first, second), others);
}

/** Something chosen, with a button that lets it go. */
function chip(app, words, letGo) {
  const button = h("button", { type: "button", class: "geobri-chip", title: app.words.say("letGo"), "aria-label": `${words}: ${app.words.say("letGo")}` }, h("span", {}, words), icon("close"));
  button.addEventListener("click", letGo);
  return button;
}

/** One type of corridors, or all; the legend chooses several. */
function typeField(app, type) {
  const id = `${app.key}_type_${type.key}`;
  const get = () => {
    const chosen = app.now.state.types[type.key] || [];
    return chosen.length === 0 ? "" : chosen.length === 1 ? chosen[0] : "…";
  };
  const set = (name) => (name === "…" ? {} : { types: { ...app.now.state.types, [type.key]: name ? [name] : [] } });
  const several = () => (get() === "…" ? [["…", app.now.state.types[type.key].map(app.words.translate).join(app.now.state.lang === "zh" ? "、" : ", ")]] : []);
  const options = () => [["", app.words.say("all")], ...type.names.map((name) => [name, app.words.translate(name)]), ...several()];
  const title = h("div", { class: "geobri-label", id });
  /** @type {PillItem[]} */
  const items = ["", ...type.names].map((name) => ({ value: name, text: () => (name ? app.words.translate(name) : app.words.say("all")) }));
  items.push({ value: "…", text: () => (several()[0] || ["", ""])[1], hidden: () => get() !== "…" });
  app.acts.onSync(() => {
    title.textContent = type.label[app.now.state.lang];
  });
  const control = type.names.length <= MOST_TYPES ? pills(app, `type_${type.key}`, items, get, set) : choice(app, options, get, set, "corridorType");
  return h("div", { class: "geobri-field", role: "group", "aria-labelledby": id }, title, control);
}

function coastField(app) {
  const met = new Set(app.model.coast);
  const kinds = [...Filters.COASTS].reverse().filter((kind) => met.has(Filters.COASTS.indexOf(kind)));
  if (kinds.length < 2) return null;
  const items = [null, ...kinds].map((kind) => ({ value: kind, text: () => app.words.say(kind || "all") }));
  return field(app, "cityTypes", pills(app, "coast", items, () => app.now.state.coast, (coast) => ({ coast })));
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
  const km = (end) => formatNumber(app.now.state.lang, end, 1);
  const short = (/** @type {number[]} */ [from, to]) => (from === null ? `< ${km(to)}` : to === null ? `≥ ${km(from)}` : `${km(from)}–${km(to)}`);
  /** @type {PillItem[]} */
  const items = parts.map((part) => ({ value: name(part), text: () => (part ? short(part) : app.words.say("all")) }));
  const known = new Set(parts.map(name));
  items.push({ value: "own", text: () => (app.now.state.km ? sayLength(app, app.now.state.km) : ""), hidden: () => known.has(name(app.now.state.km)) });
  const get = () => (known.has(name(app.now.state.km)) ? name(app.now.state.km) : "own");
  return field(app, "lengths", pills(app, "km", items, get, (part) => (part === "own" ? {} : { km: JSON.parse(part) })));
}

/** Several cities, once some are chosen: which of their corridors are meant, and a way back. */
function citiesField(app) {
  const chips = h("div", { class: "geobri-chips" });
  const items = CITY_MODES.map((mode) => ({ value: mode, text: () => app.words.say(`cities_${mode}`) }));
  const modes = pills(app, "cities", items, () => (app.now.state.cities ? app.now.state.cities.mode : "touching"), (mode) => ({ cities: { ...app.now.state.cities, mode } }));
  const box = field(app, "severalCities", modes, chips);
  app.acts.onSync(() => {
    const { cities } = app.now.state;
    box.hidden = cities === null;
    if (box.hidden) return;
    const { position } = app.model.cities;
    const without = (slug) => ({ ...cities, list: cities.list.filter((one) => one !== slug) });
    const each = cities.list.length > 12 ? [] : cities.list.map((slug) => chip(app, app.words.cityName(position.get(slug)), () => app.acts.set({ cities: without(slug) })));
    const all = chip(app, app.words.say("nCities", { n: cities.list.length }), () => app.acts.set({ cities: null }));
    chips.replaceChildren(all, ...each);
  });
  return box;
}

/** The named views of the map's author; "own" is what the reader made of them. */
function viewField(app) {
  const { views } = app.config;
  if (!views.length) return null;
  const options = () => [["", app.words.say("opening")], ...views.map((view, k) => [String(k), view.name[app.now.state.lang]]), ...(app.acts.namedView() === null ? [["own", app.words.say("ownView")]] : [])];
  const get = () => app.acts.namedView() ?? "own";
  const show = (name) => {
    if (name !== "own") app.acts.showView(name === "" ? null : Number(name));
    return {};
  };
  return field(app, "views", choice(app, options, get, show, "views"));
}

export { groupField, typeField, coastField, lengthField, citiesField, viewField, lengthEnds };
