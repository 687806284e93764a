/* Text that travels packed: deflated, and written in base64. */
import { inflate } from "../../webmap/static/inflate.js";

/** The text of a block, unpacked where it says how many bytes it packs. */
function readText(block) {
  if (block.dataset.packed === undefined) return block.textContent;
  const bytes = Uint8Array.from(window.atob(block.textContent.trim()), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(inflate(bytes, Number(block.dataset.packed)));
}

export { readText };
