/* The document of a map turned into columns that can be asked. */
import { toIndices, toJson, toNumbers } from "./decode.js";
import { readDistances } from "./distances.js";
import { fitBox, makeArcs, toUnit, worldX, worldY } from "./geometry.js";
import { readGroups, readTypes } from "./groups.js";
import { STROKES_UP_TO } from "./scale.js";
import { readMeasure, readValues, withScale } from "./values.js";

function readCityValue(item) {
  return item.kind === "category" ? { ...item, numbers: toNumbers(item.values) } : withScale(readMeasure(item), null);
}

/** The columns of the cities as lists; where they are many, words and numbers come packed. */
function unpackCities(packed) {
  if (!packed.texts) return packed;
  const { columns } = packed.texts;
  const words = toJson(packed.texts).map((list, k) => [columns[k], list]);
  const numbers = ["region", "coastal", "lon", "lat"].map((name) => [name, Array.from(toNumbers(packed[name]))]);
  return { ...packed, ...Object.fromEntries([...words, ...numbers]) };
}

function readCities(packed) {
  const cities = unpackCities(packed);
  const { slug, lon, lat } = cities;
  return {
    ...cities,
    n: slug.length,
    units: lon.map((degrees, c) => toUnit(degrees, lat[c])),
    x: lon.map(worldX),
    y: lat.map(worldY),
    position: new Map(slug.map((name, c) => [name, c])),
    values: new Map(cities.values.map((item) => [item.key, readCityValue(item)])),
  };
}

function makeNaming(packed, cities, origin, destination) {
  const slug = cities.slug;
  const idOf = (i) => {
    if (packed.ids) return packed.ids[i];
    const [a, b] = [slug[origin[i]], slug[destination[i]]];
    if (packed.directed) return `${a}->${b}`;
    return a < b ? `${a}--${b}` : `${b}--${a}`;
  };
  let positions = null;
  const find = (id) => {
    if (!positions) positions = new Map(Array.from(origin, (_, i) => [idOf(i), i]));
    return positions.has(id) ? positions.get(id) : -1;
  };
  return { idOf, find };
}

/** 2: both coastal, 1: one of them, 0: neither, -1: unknown. */
function coastOf(cities, a, b) {
  const p = cities.coastal[a];
  const q = cities.coastal[b];
  return p < 0 || q < 0 ? -1 : p + q;
}

/** For each row the row of the way back, or -1; undirected tables have none. */
function findOpposites(origin, destination, nCities, mayHave) {
  const opposite = new Int32Array(origin.length).fill(-1);
  if (!mayHave) return opposite;
  const rowOf = new Map();
  for (let i = 0; i < origin.length; i += 1) rowOf.set(origin[i] * nCities + destination[i], i);
  for (let i = 0; i < origin.length; i += 1) opposite[i] = rowOf.get(destination[i] * nCities + origin[i]) ?? -1;
  return opposite;
}

const CROWD = 150; /* cities; of fewer, each is worth its point */

/** Where a third of many cities or more have no corridor in the whole table: which these are, for they are the ground and not the figure; else null. */
function findIdle(nCities, origin, destination) {
  if (nCities <= CROWD || origin.length === 0) return null;
  const idle = new Uint8Array(nCities).fill(1);
  for (let i = 0; i < origin.length; i += 1) {
    idle[origin[i]] = 0;
    idle[destination[i]] = 0;
  }
  return idle.reduce((n, is) => n + is, 0) >= nCities / 3 ? idle : null;
}

/** Whether the cities are spread so far from west to east that the map is much wider than high. */
function spansHalfTheWorld(cities) {
  if (!cities.n) return true;
  const box = fitBox(cities.x, cities.y);
  return box.east - box.west > 0.5;
}

/** Positions of all pairs of n cities, each once. */
function pairAll(n) {
  const [origin, destination] = [0, 1].map(() => new Uint32Array((n * (n - 1)) / 2));
  for (let a = 0, i = 0; a < n; a += 1) {
    for (let b = a + 1; b < n; b += 1, i += 1) {
      origin[i] = a;
      destination[i] = b;
    }
  }
  return { origin, destination };
}

function readEnds(packed, slug) {
  const { origin, destination } = packed.origin ? { origin: toIndices(packed.origin), destination: toIndices(packed.destination) } : pairAll(slug.length);
  for (let i = 0; packed.alphabetical && i < origin.length; i += 1) {
    if (slug[origin[i]] > slug[destination[i]]) [origin[i], destination[i]] = [destination[i], origin[i]];
  }
  return { origin, destination };
}

function readModel(config) {
  const cities = readCities(config.cities);
  const packed = config.corridors;
  const { origin, destination } = readEnds(packed, cities.slug);
  const opposite = findOpposites(origin, destination, cities.n, packed.directed || packed.ids !== null);
  const coast = new Int8Array(origin.length);
  for (let i = 0; i < coast.length; i += 1) coast[i] = coastOf(cities, origin[i], destination[i]);
  return {
    cities,
    n: packed.n,
    isWide: spansHalfTheWorld(cities),
    idle: findIdle(cities.n, origin, destination),
    directed: packed.directed,
    origin,
    destination,
    opposite,
    coast,
    distance: packed.distance_km ? readDistances(packed.distance_km, cities, origin, destination) : null,
    values: readValues(packed.values, opposite),
    groups: readGroups(cities),
    types: readTypes(packed.types),
    details: packed.details,
    arcs: makeArcs(cities.units, origin, destination, packed.n > STROKES_UP_TO),
    ...makeNaming(packed, cities, origin, destination),
  };
}

export { readModel, findIdle };
