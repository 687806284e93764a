/* A rectangle drawn over a picture chooses what lies in it. */
import { idsOf } from "./lights.js";
import { choose } from "./store.js";
import { isClick, spanOf, within } from "./rectangle.js";

const AFTER_MS = 50;
const MARKS = "circle[data-cities], circle[data-corridors]";

function join(marks) {
  const all = { cities: new Set(), corridors: new Set() };
  for (const mark of marks) {
    const ids = idsOf(mark);
    for (const kind of ["cities", "corridors"]) ids[kind].forEach((id) => all[kind].add(id));
  }
  return { cities: [...all.cities], corridors: [...all.corridors] };
}

function bindBrush(figure) {
  const svg = figure.querySelector("svg");
  if (!svg || !svg.querySelector(MARKS)) return;
  figure.classList.add("brushable");
  const box = document.createElement("div");
  box.className = "brush";
  let start = null;
  let done = -Infinity;
  const show = (event) => {
    const frame = figure.getBoundingClientRect();
    const { left, top, right, bottom } = spanOf(start, event);
    box.style.cssText = `left:${left - frame.left}px;top:${top - frame.top}px;width:${right - left}px;height:${bottom - top}px`;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return; /* a finger scrolls the page */
    start = { clientX: event.clientX, clientY: event.clientY };
  });
  svg.addEventListener("pointermove", (event) => {
    if (!start || isClick(start, event)) return;
    if (!box.isConnected) {
      svg.setPointerCapture(event.pointerId);
      figure.append(box);
    }
    show(event);
  });
  svg.addEventListener("pointerup", (event) => {
    const from = start;
    start = null;
    if (!from || !box.isConnected) return;
    box.remove();
    const span = spanOf(from, event);
    const inside = Array.from(svg.querySelectorAll(MARKS)).filter((mark) => within(mark.getBoundingClientRect(), span));
    choose(join(inside), { by: "brush" });
    done = event.timeStamp;
  });
  /* the click that ends a rectangle is no click on a mark */
  svg.addEventListener("click", (event) => event.timeStamp - done < AFTER_MS && event.stopPropagation(), { capture: true });
  svg.addEventListener("pointercancel", () => {
    start = null;
    box.remove();
  });
}

export { bindBrush };
