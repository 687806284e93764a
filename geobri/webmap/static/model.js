/* The document of a map turned into columns that can be asked. */
import { toIndices, toNumbers } from "./decode.js";
import { fitBox, makeArcs, toUnit, worldX, worldY } from "./geometry.js";
import { argsort } from "./order.js";
import { makeScale } from "./scale.js";

function readCityValue(item) {
  return item.kind === "category" ? { ...item, numbers: toNumbers(item.values) } : withScale(readMeasure(item), null);
}

function readCities(packed) {
  return {
    ...packed,
    n: packed.slug.length,
    units: packed.lon.map((lon, i) => toUnit(lon, packed.lat[i])),
    x: packed.lon.map(worldX),
    y: packed.lat.map(worldY),
    position: new Map(packed.slug.map((slug, i) => [slug, i])),
    values: new Map(packed.values.map((item) => [item.key, readCityValue(item)])),
  };
}

/** Digits behind the point that the column really has, as it was packed. */
function decimalsOf(packed) {
  if (packed.type === "f64" && !packed.scale) return 6;
  return Math.round(Math.log10(packed.scale || 1));
}

function readMeasure(item) {
  const numbers = toNumbers(item.values);
  const keys = item.diverging ? (value) => -Math.abs(value) : (value) => -item.direction * value;
  return { ...item, numbers, decimals: decimalsOf(item.values), coarse: item.values.step > 1, order: argsort(numbers.map(keys)) };
}

/** A measure under a scale: what the scale says, and the strength of every row. */
function withScale(measure, mode) {
  const scale = makeScale(measure, mode); /* reads the order, which is there already */
  return { ...measure, scale, strength: Float32Array.from(measure.numbers, scale.strengthOf) };
}

/** Value columns are read when they are first asked for, and scaled when a scale is. */
function readValues(packed) {
  const read = new Map();
  const scaled = new Map();
  const column = (key) => {
    if (!read.has(key)) read.set(key, readMeasure(packed.find((item) => item.key === key)));
    return read.get(key);
  };
  return {
    keys: packed.map((item) => item.key),
    list: packed,
    column,
    get(key, mode = null) {
      const name = JSON.stringify([key, mode]);
      if (!scaled.has(name)) scaled.set(name, withScale(column(key), mode));
      return scaled.get(name);
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

/** Whether the cities are spread so far from west to east that the map is much wider than high. */
function spansHalfTheWorld(cities) {
  if (!cities.n) return true;
  const box = fitBox(cities.x, cities.y);
  return box.east - box.west > 0.5;
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
    isWide: spansHalfTheWorld(cities),
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

export { readModel };
