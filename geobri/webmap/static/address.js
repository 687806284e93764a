/* The state of the map in the address of the page. */
import * as State from "./state.js";

const HASH_DELAY_MS = 300;

/** The address of one map: what it wishes is read, and what the reader chooses written, a little later. */
function makeAddress(app) {
  let timer = 0;
  let written = "";
  /* The parts that are this map's, and those of the page and of other maps. */
  const parts = () => {
    const own = (part) => part.startsWith(app.prefix) && State.fromHash(part, app.prefix) !== null;
    const all = window.location.hash.replace(/^#/, "").split("&").filter((part) => part.includes("="));
    return { mine: all.filter(own), kept: all.filter((part) => !own(part)) };
  };
  const write = () => {
    const mine = State.toHash(app.now.state, app.opening, app.prefix);
    const { kept } = parts();
    /* An empty fragment would make the page jump to its top: the value stays. */
    const own = mine || `${app.prefix}value=${encodeURIComponent(app.now.state.value)}`;
    const hash = `#${[...kept, own].join("&")}`;
    const isBare = !mine && window.location.hash === "";
    written = isBare ? "" : own; /* said even where it stands there already: back in history, an earlier one is another's wish again */
    if (isBare || window.location.hash === hash) return;
    try {
      /* Replaced, for a filter is no step to go back over; in full, for in a frame "#…" alone may lead out of it. */
      window.location.replace(window.location.href.split("#")[0] + hash);
    } catch {
      /* a frame that may not have an address: the map works without */
    }
  };
  return {
    writeSoon: () => {
      clearTimeout(timer);
      timer = setTimeout(write, HASH_DELAY_MS);
    },
    /* Whether the address says of this map what the map wrote itself: the page may have put its own choice in since. */
    isOwn: () => parts().mine.join("&") === written,
    read: () => {
      const wish = State.fromHash(window.location.hash, app.prefix);
      return wish ? State.merge(app.model, app.opening, wish) : null;
    },
  };
}

export { makeAddress };
