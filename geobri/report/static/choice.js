/* What is chosen: cities and corridors by their ids. No browser is needed here. */

const NOTHING = Object.freeze({ cities: [], corridors: [] });
const KEY = "chosen=";

const isNothing = (choice) => choice.cities.length + choice.corridors.length === 0;
const includes = (all, some) => some.every((id) => all.includes(id));
const alike = (a, b) => a.length === b.length && includes(a, b);
const isSame = (a, b) => alike(a.cities, b.cities) && alike(a.corridors, b.corridors);

/** Both choices together; what is there already is taken out instead. */
function toggle(choice, what) {
  const inside = includes(choice.cities, what.cities) && includes(choice.corridors, what.corridors);
  const join = (old, more) => (inside ? old.filter((id) => !more.includes(id)) : [...new Set([...old, ...more])]);
  return { cities: join(choice.cities, what.cities), corridors: join(choice.corridors, what.corridors) };
}

/**
 * What lights up: the choice, the ends of its corridors, and the corridors of its city, or among its cities when there
 * are several. `ends` gives the two cities of every corridor.
 */
function widen(choice, ends) {
  const chosen = new Set(choice.cities);
  const corridors = new Set(choice.corridors);
  const needed = Math.min(chosen.size, 2);
  if (needed && corridors.size === 0) {
    for (const [id, pair] of ends) if (pair.filter((end) => chosen.has(end)).length >= needed) corridors.add(id);
  }
  const cities = new Set(chosen);
  for (const id of choice.corridors) for (const end of ends.get(id) || []) cities.add(end);
  return { cities, corridors };
}

/** A choice as a part of an address, and back; ids that are not known are left out. */
const toText = ({ cities, corridors }) => [cities, corridors].map((ids) => ids.map(encodeURIComponent).join(",")).join(";");

function fromText(text, known) {
  const [cities, corridors] = [...text.split(";"), ""].map((part) => part.split(",").filter(Boolean).map(decodeURIComponent));
  return { cities: cities.filter((id) => known.cities.has(id)), corridors: corridors.filter((id) => known.corridors.has(id)) };
}

/** The choice that an address tells of; null when it tells of none, or is broken. */
function readHash(hash, known) {
  const part = hash.replace(/^#/, "").split("&").find((one) => one.startsWith(KEY));
  if (!part) return null;
  try {
    return fromText(part.slice(KEY.length), known);
  } catch {
    return null;
  }
}

/** The address with this choice; what others keep in it stays. */
function writeHash(hash, choice) {
  const kept = hash.replace(/^#/, "").split("&").filter((part) => part && !part.startsWith(KEY));
  const parts = isNothing(choice) ? kept : [...kept.filter((part) => part.includes("=")), KEY + toText(choice)];
  return parts.length ? `#${parts.join("&")}` : "";
}

export { NOTHING, isNothing, isSame, toggle, widen, readHash, writeHash };
