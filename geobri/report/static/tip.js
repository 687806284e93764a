/* The name and the numbers of the point under the pointer, in the language of the page. */
import { make, root } from "./dom.js";
import { idsOf } from "./lights.js";

const ASIDE_PX = 14;

function bindTip(scope, tables) {
  const tip = make("div", { class: "point-tip", hidden: true, "aria-hidden": "true" });
  const position = Object.fromEntries(["cities", "corridors"].map((kind) => [kind, new Map(tables[kind].ids.map((id, i) => [id, i]))]));
  const nameOf = (kind, id) => (position[kind].has(id) ? tables[kind].name(position[kind].get(id), root.dataset.lang) : id);
  const hide = () => {
    tip.hidden = true;
  };
  document.body.append(tip);
  scope.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("[data-told]");
    if (!mark) {
      hide();
      return;
    }
    const ids = idsOf(mark);
    const names = ["cities", "corridors"].flatMap((kind) => ids[kind].map((id) => nameOf(kind, id)));
    tip.textContent = `${names.join(", ")}: ${mark.dataset.told}`;
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = Math.min(at.right + ASIDE_PX, root.clientWidth - tip.offsetWidth - ASIDE_PX);
    tip.style.cssText = `left:${left}px;top:${Math.max(4, at.top - tip.offsetHeight - 4)}px`;
  });
  window.addEventListener("scroll", hide, { passive: true });
}

export { bindTip };
