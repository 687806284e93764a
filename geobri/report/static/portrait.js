/* One city: its strongest partners in every measure of the corridors, and the cities most like it. */
import { strongest } from "./chooser.js";
import { both, field, make, option } from "./dom.js";
import { mostAlike, partnersOf, placedColumns, placesOf } from "./places.js";

const SHOWN = 5;

function partnerTable(tables, at) {
  const { cities, corridors } = tables;
  const columns = corridors.columns.filter((one) => one.strength && one.id !== "distance_km");
  const rows = columns.map((one) => [one, partnersOf(one, corridors.ends, at, SHOWN)]).filter(([, found]) => found.length);
  if (rows.length === 0) return null;
  const head = make("tr", {}, make("th", { scope: "col" }, both("Measure", "指标")), Array.from({ length: SHOWN }, (_, k) => make("th", { scope: "col" }, String(k + 1))));
  const body = rows.map(([one, found]) => make("tr", {}, make("th", { scope: "row" }, both(one.en, one.zh)), Array.from({ length: SHOWN }, (_, k) =>
    (found[k] ? make("td", {}, cities.said(found[k].i), make("br"), make("small", {}, one.text(found[k].pair))) : make("td", {}, "–")))));
  return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, body)));
}

function alikeList(cities, at) {
  const places = placedColumns(cities).map((one) => placesOf(one, cities.ids.length));
  const found = mostAlike(places, at, SHOWN);
  if (found.length === 0) return null;
  const items = found.map(({ i, apart, n }) => make("li", {}, cities.said(i),
    both(`: ${apart.toFixed(1)} places apart on average, over ${n} measures`, `：平均相差 ${apart.toFixed(1)} 名（${n} 项指标）`)));
  return make("ol", { "data-alike": true }, items);
}

function makePortrait(tables) {
  const { cities } = tables;
  const order = cities.ids.map((_, i) => i).sort((a, b) => cities.name(a, "en").localeCompare(cities.name(b, "en"), "en"));
  const which = make("select", {}, order.map((i) => option(String(i), cities.name(i, "en"), cities.name(i, "zh"))));
  const out = make("div", { "data-portrait": true, "aria-live": "polite" });
  const heading = (en, zh) => both(en, zh, "h3");
  function answer() {
    const at = Number(which.value);
    const partners = partnerTable(tables, at);
    const alike = alikeList(cities, at);
    out.replaceChildren(
      ...(partners ? [heading("Strongest partners in each measure", "各项指标中最强的伙伴"), partners] : []),
      ...(alike ? [heading("Most alike in their places", "名次最相近者"), alike] : []));
  }
  which.value = String(strongest(cities, 1)[0]);
  which.addEventListener("change", answer);
  const panel = make("div", {}, make("div", { class: "pf-row" }, field("City", "城市", which)), out);
  panel.querySelector("label span").replaceChildren(both(...tables.says.place));
  answer();
  return panel;
}

export { makePortrait };
