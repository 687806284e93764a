/* The document of a map turned into columns that can be asked. */
import { toIndices, toNumbers } from "./decode.js";
import { makeArcs, toUnit, worldX, worldY } from "./geometry.js";
import { argsort } from "./order.js";

function readCities(packed) {
  return {
    ...packed,
    n: packed.slug.length,
    units: packed.lon.map((lon, i) => toUnit(lon, packed.lat[i])),
    x: packed.lon.map(worldX),
    y: packed.lat.map(worldY),
    position: new Map(packed.slug.map((slug, i) => [slug, i])),
    values: new Map(packed.values.map((item) => [item.key, { ...item, numbers: toNumbers(item.values) }])),
  };
}

/**
 * Strength of a value in 0..1, 1 for the strongest; NaN where it is missing. The last of n ranks has 1/n, not 0:
 * to be on the list at all is more than not to be.
 */
function strengthOf(measure, value) {
  const { low, high, direction, kind } = measure;
  const span = high - low;
  if (Number.isNaN(value) || span === 0) return Number.isNaN(value) ? NaN : 1;
  const above = direction > 0 ? value - low : high - value;
  const first = kind === "rank" ? 1 : 0;
  return Math.max(0, Math.min(1, (above + first) / (span + first)));
}

const toStrength = (measure, numbers) => Float32Array.from(numbers, (value) => strengthOf(measure, value));

function readMeasure(item) {
  const numbers = toNumbers(item.values);
  const order = argsort(numbers.map((value) => -item.direction * value));
  return { ...item, numbers, strength: toStrength(item, numbers), order };
}

/** Value columns are read when they are first asked for. */
function readValues(packed) {
  const read = new Map();
  return {
    keys: packed.map((item) => item.key),
    list: packed,
    get(key) {
      if (!read.has(key)) read.set(key, readMeasure(packed.find((item) => item.key === key)));
      return read.get(key);
    },
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
  const [p, q] = [cities.coastal[a], cities.coastal[b]];
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

function readModel(config) {
  const cities = readCities(config.cities);
  const packed = config.corridors;
  const origin = toIndices(packed.origin);
  const destination = toIndices(packed.destination);
  const coast = Int8Array.from(origin, (a, i) => coastOf(cities, a, destination[i]));
  return {
    cities,
    n: packed.n,
    directed: packed.directed,
    origin,
    destination,
    opposite: findOpposites(origin, destination, cities.n, packed.directed || packed.ids !== null),
    coast,
    distance: packed.distance_km ? toNumbers(packed.distance_km) : null,
    values: readValues(packed.values),
    details: packed.details,
    arcs: makeArcs(cities.units, origin, destination),
    ...makeNaming(packed, cities, origin, destination),
  };
}

export { readModel, strengthOf, toStrength };
