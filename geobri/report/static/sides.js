/* Two groups of cities, dimension by dimension: by any column of words. */
import { both, draw, field, make, option } from "./dom.js";
import { FRONT, placedColumns, placesOf, standing } from "./places.js";

const MOST_WORDS = 200;
const OTHERS = "-1";

function strip(places, sides, last) {
  const svg = draw("svg", { viewBox: "0 0 190 30", "aria-hidden": "true" });
  svg.append(draw("line", { x1: 8, x2: 182, y1: 15, y2: 15, stroke: "currentColor", "stroke-opacity": 0.18 }));
  sides.forEach((members, side) => members.forEach((i) => {
    if (places[i] === null) return;
    const x = 182 - (174 * (places[i] - 1)) / Math.max(last - 1, 1);
    const front = places[i] <= FRONT;
    svg.append(draw("circle", { cx: x.toFixed(1), cy: side ? 22 : 8, r: front ? 5 : 3, style: `fill: var(--pf${side})`, "fill-opacity": front ? 1 : 0.55 }));
  }));
  return svg;
}

function cell(table, found) {
  if (!found) return make("td", {}, "–");
  const names = found.front.flatMap((i, k) => [...(k ? [both(", ", "、")] : []), table.said(i)]);
  return make("td", {}, make("b", {}, found.mean.toFixed(1)), ` (${found.n})`, ...(names.length ? [make("br"), make("small", {}, ...names)] : []));
}

function sidesTable(table, column, sides, labels) {
  const dot = (side) => make("span", { class: "pf-dot", style: `--pf: var(--pf${side})` });
  const head = make("tr", {}, make("th", { scope: "col" }, both("Measure", "指标")),
    labels.map((label, side) => make("th", { scope: "col" }, make("span", { class: "pf-head" }, dot(side), label))),
    make("th", { scope: "col", class: "pf-strip" }, both("last → first", "末位 → 首位")));
  const rows = placedColumns(table).filter((one) => one !== column).map((one) => {
    const places = placesOf(one, table.ids.length);
    const last = Math.max(...places.filter((place) => place !== null));
    return make("tr", {}, make("th", { scope: "row" }, both(one.en, one.zh)), sides.map((members) => cell(table, standing(places, members))), make("td", { class: "pf-strip" }, strip(places, sides, last)));
  });
  return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
}

/** Columns that part the cities: words that at least two cities share, and more than one of them. */
const dividing = (table) => table.columns.filter((one) => one.kind === "text" && one.words.length > 1 && one.words.length <= MOST_WORDS && one.codes.filter((code) => code >= 0).length > one.words.length);

function makeSides({ cities }) {
  const columns = dividing(cities);
  if (columns.length === 0) return null;
  const out = make("div", { "data-sides": true, "aria-live": "polite" });
  const which = make("select", {}, columns.map((one, k) => option(String(k), one.en, one.zh)));
  const first = make("select", {});
  const second = make("select", {});
  const column = () => columns[Number(which.value)];
  const members = (code) => cities.ids.map((_, i) => i).filter((i) => column().codes[i] === Number(code));

  function fill() {
    const counted = column().words.map((word, code) => ({ code, word, n: members(code).length })).sort((a, b) => b.n - a.n || a.code - b.code);
    const options = () => counted.map(({ code, word, n }) => option(String(code), `${word} (${n})`, `${column().words_zh[code]}（${n}）`));
    first.replaceChildren(...options());
    second.replaceChildren(option(OTHERS, "all others", "其余全部"), ...options());
    answer();
  }
  function answer() {
    const own = members(first.value);
    const other = second.value === OTHERS ? cities.ids.map((_, i) => i).filter((i) => !own.includes(i) && column().codes[i] >= 0) : members(second.value);
    const label = (select) => both(...["en", "zh"].map((lang) => select.selectedOptions[0].dataset[lang]));
    out.replaceChildren(sidesTable(cities, column(), [own, other], [label(first), label(second)]));
  }
  which.addEventListener("change", fill);
  first.addEventListener("change", answer);
  second.addEventListener("change", answer);
  const panel = make("div", {},
    both(`Mean place of each group among all, with how many have one; named and drawn large: who is among the first ${FRONT}.`, `各组在全体中的平均名次（括号内为有名次者的数目）；前 ${FRONT} 名列出名称，并以大点标示。`, "p"),
    make("div", { class: "pf-row" }, field("Group by", "分组依据", which), field("Group", "组别", first), field("Against", "对比", second)), out);
  panel.firstChild.className = "pf-hint";
  fill();
  return panel;
}

export { makeSides };
