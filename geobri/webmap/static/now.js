/* What is true of a map at this moment: everybody reads it, and it changes through `change` alone. */

/**
 * The record that all parts of a map share: `now` has a getter for each of the facts, and `change` puts others in their
 * place. Actions change what the reader chose and points at, rows what is drawn, the view where the map looks.
 * @param {Object<string, any>} facts
 */
function makeNow(facts) {
  const kept = { ...facts };
  const now = {};
  for (const name of Object.keys(kept)) Object.defineProperty(now, name, { get: () => kept[name], enumerable: true });
  const change = (part) => {
    for (const name of Object.keys(part)) if (!(name in kept)) throw new Error(`geobri: a map knows no ${name}`);
    Object.assign(kept, part);
  };
  return { now: Object.freeze(now), change };
}

export { makeNow };
