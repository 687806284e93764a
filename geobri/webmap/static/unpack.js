/* The first script of a page: it unpacks the others, and the style sheets, and puts each where it was called. */
import { checksum } from "./checksum.js";
import { inflate } from "./inflate.js";
import { toBytes } from "./signs.js";

/** A script or a style of `n` bytes; it runs at once, under the nonce of the script that calls. Signs that are not those of `sum` are not run. */
function unpack(kind, n, sum, signs) {
  if (checksum(signs) !== sum) {
    window.geobriBroken = true;
    return;
  }
  const here = document.currentScript;
  const element = document.createElement(kind);
  if (here.nonce) element.nonce = here.nonce;
  element.textContent = new TextDecoder().decode(inflate(toBytes(signs), n));
  here.after(element);
  if (kind === "script") element.remove(); /* it has run; a page saved by the browser shall not run it twice */
}

export { unpack };
