/* The choice in the address of the page, without a step of its history. */
import { isNothing, readHash, writeHash } from "./choice.js";
import { choose, onChange, store } from "./store.js";

function bindAddress(known) {
  const opened = readHash(window.location.hash, known);
  if (opened && !isNothing(opened)) choose(opened);
  onChange((name) => {
    if (name !== "chosen") return;
    const hash = writeHash(window.location.hash, store.chosen);
    if (hash === window.location.hash) return;
    const address = window.location.href.split("#")[0];
    try {
      window.history.replaceState(null, "", address + hash);
    } catch {
      /* a frame that may not have an address: the page works without */
    }
  });
}

export { bindAddress };
