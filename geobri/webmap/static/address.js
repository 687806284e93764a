/* The state of the map in the address of the page. */
import * as State from "./state.js";

const HASH_DELAY_MS = 300;

function writeHashSoon(app) {
  clearTimeout(app.hashTimer);
  app.hashTimer = setTimeout(() => writeHash(app), HASH_DELAY_MS);
}

function writeHash(app) {
  const mine = State.toHash(app.state, app.opening, app.prefix);
  const own = (part) => part.startsWith(app.prefix) && State.fromHash(part, app.prefix) !== null;
  const kept = window.location.hash.replace(/^#/, "").split("&").filter((part) => part.includes("=") && !own(part));
  /* An empty fragment would make the page jump to its top: the value stays. */
  const parts = [...kept, mine || `${app.prefix}value=${encodeURIComponent(app.state.value)}`];
  const hash = `#${parts.join("&")}`;
  if (window.location.hash === hash || (!mine && window.location.hash === "")) return;
  app.ownHash = hash;
  try {
    /* Replaced, for a filter is no step to go back over; in full, for in a frame "#…" alone may lead out of it. */
    window.location.replace(window.location.href.split("#")[0] + hash);
  } catch {
    /* a frame that may not have an address: the map works without */
  }
}

function readHash(app) {
  const wish = State.fromHash(window.location.hash, app.prefix);
  return wish ? State.merge(app.model, app.opening, wish) : null;
}

export { writeHashSoon, readHash };
