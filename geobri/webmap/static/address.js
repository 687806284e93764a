/* The state of the map in the address of the page. */
import * as State from "./state.js";

const HASH_DELAY_MS = 300;

function writeHashSoon(app) {
  clearTimeout(app.hashTimer);
  app.hashTimer = setTimeout(() => writeHash(app), HASH_DELAY_MS);
}

/** The parts of the address that are this map's, and those of the page and of other maps. */
function partsOf(app) {
  const own = (part) => part.startsWith(app.prefix) && State.fromHash(part, app.prefix) !== null;
  const parts = window.location.hash.replace(/^#/, "").split("&").filter((part) => part.includes("="));
  return { mine: parts.filter(own), kept: parts.filter((part) => !own(part)) };
}

function writeHash(app) {
  const mine = State.toHash(app.state, app.opening, app.prefix);
  const { kept } = partsOf(app);
  /* An empty fragment would make the page jump to its top: the value stays. */
  const parts = [...kept, mine || `${app.prefix}value=${encodeURIComponent(app.state.value)}`];
  const hash = `#${parts.join("&")}`;
  if (window.location.hash === hash || (!mine && window.location.hash === "")) return;
  app.written = parts.slice(kept.length).join("&");
  try {
    /* Replaced, for a filter is no step to go back over; in full, for in a frame "#…" alone may lead out of it. */
    window.location.replace(window.location.href.split("#")[0] + hash);
  } catch {
    /* a frame that may not have an address: the map works without */
  }
}

/** Whether the address says of this map what the map wrote itself: the page may have put its own choice in since. */
const isOwn = (app) => partsOf(app).mine.join("&") === app.written;

function readHash(app) {
  const wish = State.fromHash(window.location.hash, app.prefix);
  return wish ? State.merge(app.model, app.opening, wish) : null;
}

export { writeHashSoon, readHash, isOwn };
