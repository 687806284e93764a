/* Distances of pairs: what Lambert's formula predicts of their ends, and what is left of each. */
import { toNumbers } from "./decode.js";

const RADIUS_KM = 6378.137;
const FLATTENING = 1 / 298.257223563;
const SMALLEST = 1e-12;

/** Kilometres between two points, each {unit, sine} on the sphere of reduced latitudes. */
function predict(a, b) {
  const half = Math.min(1, ((a.unit[0] - b.unit[0]) ** 2 + (a.unit[1] - b.unit[1]) ** 2 + (a.unit[2] - b.unit[2]) ** 2) / 4);
  const angle = 2 * Math.asin(Math.sqrt(half));
  const turned = 2 * Math.sqrt(half * (1 - half));
  const mean = (a.sine + b.sine) ** 2 / 4;
  const apart = (a.sine - b.sine) ** 2 / 4;
  const bulge = ((angle - turned) * mean) / Math.max(1 - half, SMALLEST) + ((angle + turned) * apart) / Math.max(half, SMALLEST);
  return RADIUS_KM * (angle - (FLATTENING / 2) * bulge);
}

function reduce(lonDeg, latDeg) {
  const [lon, lat] = [lonDeg, latDeg].map((degrees) => (degrees * Math.PI) / 180);
  const reduced = Math.atan((1 - FLATTENING) * Math.tan(lat));
  const [sine, cosine] = [Math.sin(reduced), Math.cos(reduced)];
  return { sine, unit: [cosine * Math.cos(lon), cosine * Math.sin(lon), sine] };
}

/**
 * Kilometres of every pair, as the Python side packed them; NaN where they are not known.
 * @param {PackedDistance} packed
 * @param {{lon: number[], lat: number[]}} cities
 * @param {Uint32Array} origin
 * @param {Uint32Array} destination
 */
function readDistances(packed, { lon, lat }, origin, destination) {
  const numbers = toNumbers(packed);
  if (packed.decimals === undefined) return numbers;
  const scale = 10 ** packed.decimals;
  const places = lon.map((degrees, c) => reduce(degrees, lat[c]));
  for (let i = 0; i < numbers.length; i += 1) {
    const predicted = Math.floor(predict(places[origin[i]], places[destination[i]]) * scale + packed.shift);
    numbers[i] = (numbers[i] + predicted) / scale;
  }
  return numbers;
}

export { readDistances };
