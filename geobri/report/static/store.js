/* The one choice of the page, and what the pointer is on: every view tells it, and hears from it. */
import { NOTHING, isSame, toggle } from "./choice.js";

const listeners = [];
const store = { chosen: NOTHING, pointed: NOTHING };

const whole = ({ cities = [], corridors = [] }) => ({ cities, corridors });

function change(name, what, by) {
  const next = whole(what);
  if (isSame(store[name], next)) return;
  store[name] = next;
  listeners.forEach((hear) => hear(name, by));
}

/** Choose something; `add` puts it to what is chosen, or takes it out. `by` says which view it was, for that view to know. */
const choose = (what, { by = "page", add = false } = {}) => change("chosen", add ? toggle(store.chosen, whole(what)) : what, by);
const point = (what, by = "page") => change("pointed", what, by);
const onChange = (hear) => listeners.push(hear);

function showRows(table, rows) {
  const ids = rows.map((i) => table.ids[i]);
  choose({ [table.kind]: ids });
  const map = document.querySelector(".geobri");
  if (map) map.scrollIntoView({ block: "center" });
}

export { store, choose, point, onChange, showRows };
