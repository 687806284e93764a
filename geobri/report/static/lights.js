/* Everything on the page that stands for a city or a corridor lights up with it: rows, cards, points, bars. */
import { isNothing, widen } from "./choice.js";
import { choose, onChange, point, store } from "./store.js";

const VIEWS = "[data-cities], [data-corridors]";
const words = (text) => (text ? text.split(" ") : []);
const idsOf = (element) => ({ cities: words(element.dataset.cities), corridors: words(element.dataset.corridors) });

/** All views by the id that they stand for. */
function indexViews(scope) {
  const index = { cities: new Map(), corridors: new Map() };
  for (const element of scope.querySelectorAll(VIEWS)) {
    const ids = idsOf(element);
    for (const kind of ["cities", "corridors"]) {
      for (const id of ids[kind]) {
        if (!index[kind].has(id)) index[kind].set(id, []);
        index[kind].get(id).push(element);
      }
    }
  }
  return index;
}

function makeLamp(index, ends, name) {
  let lit = new Set();
  return (what) => {
    const next = new Set();
    const wide = widen(what, ends);
    for (const kind of ["cities", "corridors"]) {
      for (const id of wide[kind]) for (const element of index[kind].get(id) || []) next.add(element);
    }
    for (const element of lit) if (!next.has(element)) element.classList.remove(name);
    for (const element of next) element.classList.add(name);
    lit = next;
    return next;
  };
}

function bindLights(scope, ends) {
  const index = indexViews(scope);
  const light = makeLamp(index, ends, "chosen");
  const shine = makeLamp(index, ends, "pointed");
  onChange((name) => {
    if (name === "pointed") {
      shine(store.pointed);
      return;
    }
    const lit = light(store.chosen);
    for (const figure of scope.querySelectorAll(".drawing")) figure.classList.toggle("some", !isNothing(store.chosen) && Array.from(lit).some((one) => figure.contains(one)));
    for (const row of scope.querySelectorAll("tr[aria-current], .card[aria-current]")) row.removeAttribute("aria-current");
    for (const element of lit) if (element.matches("tr, .card")) element.setAttribute("aria-current", "true");
  });
  const viewAt = (event) => (event.target.closest ? event.target.closest(VIEWS) : null);
  const pointAt = (event) => {
    const view = viewAt(event);
    point(view ? idsOf(view) : {});
  };
  scope.addEventListener("pointerover", pointAt);
  scope.addEventListener("pointerleave", () => point({}));
  scope.addEventListener("focusin", pointAt);
  scope.addEventListener("focusout", () => point({}));
  scope.addEventListener("click", (event) => {
    const view = viewAt(event);
    if (view && !event.target.closest("a, button")) choose(idsOf(view), { add: event.shiftKey || event.ctrlKey || event.metaKey });
  });
  scope.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose({});
    const view = viewAt(event);
    if (view && event.target === view && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      choose(idsOf(view), { add: event.shiftKey || event.ctrlKey });
    }
  });
}

export { bindLights, idsOf };
