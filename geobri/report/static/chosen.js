/* The line at the foot of the page that says what is chosen, and what can be done with it. */
import { isNothing } from "./choice.js";
import { both, button, make, save } from "./dom.js";
import { listRows } from "./rows.js";
import { choose, onChange, store } from "./store.js";
import { toCsv } from "../../webmap/static/tables.js";

const NAMED = 4;

function makeChosen(tables, place) {
  const said = make("p", { "aria-live": "polite" });
  const position = Object.fromEntries(["cities", "corridors"].map((kind) => [kind, new Map(tables[kind].ids.map((id, i) => [id, i]))]));
  const rowsOf = (kind) => store.chosen[kind].map((id) => position[kind].get(id)).filter((i) => i !== undefined);

  function saveTables() {
    for (const kind of ["cities", "corridors"]) {
      const rows = rowsOf(kind);
      if (rows.length) save(`chosen-${kind}.csv`, toCsv(listRows(tables[kind], rows)));
    }
  }
  const bar = make("aside", { class: "chosen-bar", hidden: true, "aria-label": "Chosen 所选" }, said,
    button("See the map", "看地图", () => document.querySelector(".geobri").scrollIntoView({ block: "center" })),
    button("Save as CSV", "保存表格", saveTables),
    button("Clear", "清除", () => choose({})));

  function show() {
    bar.hidden = isNothing(store.chosen);
    const names = ["cities", "corridors"].flatMap((kind) => rowsOf(kind).map((i) => tables[kind].said(i)));
    const more = names.length - NAMED;
    const listed = names.slice(0, NAMED).flatMap((name, k) => (k ? [both(", ", "、"), name] : [name]));
    said.replaceChildren(both("Chosen: ", "所选："), ...listed, ...(more > 0 ? [both(` and ${more} more`, `等，另有 ${more} 项`)] : []));
  }
  onChange((name) => name === "chosen" && show());
  place.append(bar);
  show();
}

export { makeChosen };
