/* Groups of cities and types of corridors: columns of words, by which a map is filtered and coloured. */
import { toNumbers } from "./decode.js";

/** Codes of a column of words, and the words in their order; -1 is none. */
function readWords(texts) {
  const names = [...new Set(texts.filter(Boolean))].sort();
  const codeOf = new Map(names.map((name, code) => [name, code]));
  return { names, codes: Int16Array.from(texts, (text) => codeOf.get(text) ?? -1) };
}

/** Every column of words that the cities have: region, country, and the categories among their values. */
function readGroups(cities) {
  const given = [...cities.values.values()].filter((value) => value.kind === "category").map((value) => ({
    key: value.key, label: value.label, names: value.categories, codes: Int16Array.from(value.numbers, (code) => (Number.isNaN(code) ? -1 : code)),
  }));
  const own = [
    { key: "region", label: null, names: cities.regions, codes: Int16Array.from(cities.region) },
    { key: "country", label: null, ...readWords(cities.country) },
  ];
  const keys = new Set(given.map((group) => group.key));
  return [...own.filter((group) => !keys.has(group.key)), ...given].filter((group) => group.names.length > 1 || group.key === "region");
}

const readTypes = (packed) => packed.map((item) => ({ ...item, names: item.categories, codes: Int16Array.from(toNumbers(item.values), (code) => (Number.isNaN(code) ? -1 : code)) }));

const ALL = { mode: "all", a: null, b: null };

/** What is asked of a group; the regions have a place of their own in the state. */
const groupFilter = (state, key) => (key === "region" ? state.region : state.groups[key] || ALL);

/** The wish that asks it. */
const groupWish = (state, key, filter) => (key === "region" ? { region: filter } : { groups: { ...state.groups, [key]: filter } });

export { readGroups, readTypes, groupFilter, groupWish };
