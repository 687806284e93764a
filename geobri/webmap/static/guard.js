/* The first script of a page: when everything has been read, it says at the top whatever did not arrive whole. */
import { checksum } from "./checksum.js";
import { sayDamaged } from "./whole.js";

/** Whether a script with a checksum is what was written; blocks of data look after themselves. */
const isChanged = (script) => !/json|plain/.test(script.type) && checksum(script.textContent) !== script.dataset.sum;

/** Whether a map neither started nor says why. */
const isSilent = (map) => !map.geobri && !map.querySelector(".geobri-damaged");

/** Look at the page when it has been read: its last line, its scripts, its maps. */
function guard() {
  document.addEventListener("DOMContentLoaded", () => {
    const isBroken =
      window.geobriBroken ||
      !document.getElementById("geobri-end") ||
      [...document.querySelectorAll("script[data-sum]")].some(isChanged) ||
      [...document.querySelectorAll(".geobri")].some(isSilent);
    if (isBroken) sayDamaged(document.body, true);
  });
}

export { guard };
