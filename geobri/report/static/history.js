/* Flows over the years. */
import { print } from "./columns.js";
import { makeChooser, strongest, tableSelect } from "./chooser.js";
import { both, draw, field, make, option, root } from "./dom.js";
import { printMinus } from "../../webmap/static/minus.js";

function niceTicks(low, high) {
  const raw = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k += 1) ticks.push(k * step);
  return ticks;
}

function chart(years, lines, describe) {
  const [wide, tall, left, right, top, bottom] = [720, 300, 62, 16, 12, 32];
  const known = lines.flat().filter((number) => number !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(...known, low + 1e-9);
  const x = (year) => left + ((year - years[0]) / Math.max(years[years.length - 1] - years[0], 1)) * (wide - left - right);
  const y = (number) => top + (1 - (number - low) / (high - low)) * (tall - top - bottom);
  const svg = draw("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": describe, "font-size": 12, fill: "currentColor" });
  for (const tick of niceTicks(low, high)) {
    svg.append(draw("line", { x1: left, x2: wide - right, y1: y(tick), y2: y(tick), stroke: "currentColor", "stroke-opacity": 0.13 }),
      draw("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end", "fill-opacity": 0.7 }, print(Number(tick.toPrecision(10)))));
  }
  const every = Math.ceil(years.length / 10);
  years.forEach((year, k) => k % every === 0 && svg.append(draw("text", { x: x(year), y: tall - 10, "text-anchor": "middle", "fill-opacity": 0.7 }, String(year))));
  lines.forEach((line, k) => {
    let path = "";
    line.forEach((number, at) => {
      if (number === null) return;
      path += `${at > 0 && line[at - 1] !== null ? "L" : "M"}${x(years[at]).toFixed(1)},${y(number).toFixed(1)}`;
      svg.append(draw("circle", { cx: x(years[at]).toFixed(1), cy: y(number).toFixed(1), r: 3.5, style: `fill: var(--pf${k})` }));
    });
    svg.append(draw("path", { d: path, fill: "none", style: `stroke: var(--pf${k})`, "stroke-width": 2.2, "stroke-linejoin": "round" }));
  });
  return make("div", { class: "pf-chart" }, svg);
}

function historyTable(table, years, chosen, lines) {
  const head = make("tr", {}, make("td", {}), years.map((year) => make("th", { scope: "col", class: "number" }, String(year))), make("th", { scope: "col", class: "number" }, both("Growth a year", "年均增长")));
  const rows = chosen.map((i, k) => {
    const first = lines[k][0];
    const last = lines[k][years.length - 1];
    const growth = first > 0 && last !== null ? (last / first) ** (1 / (years[years.length - 1] - years[0])) - 1 : null;
    return make("tr", {}, make("th", { scope: "row" }, make("span", { class: "pf-head" }, make("span", { class: "pf-dot", style: `--pf: var(--pf${k})` }), table.said(i))),
      lines[k].map((number) => make("td", { class: "number" }, print(number))), make("td", { class: "number" }, growth === null ? "–" : `${printMinus((100 * growth).toFixed(1))} %`));
  });
  return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
}

function makeHistory(tables) {
  const { years, indicators } = tables.history;
  const out = make("div", { "data-history": true, "aria-live": "polite" });
  const which = tableSelect(tables, () => chooser.set(strongest(table(), 3)));
  if (indicators[0].corridors === null) which.lastChild.remove();
  const indicator = make("select", { "data-indicator": true }, indicators.map((one, k) => option(String(k), one.en, one.zh)));
  const table = () => tables[which.value];
  const chooser = makeChooser(table, show, strongest(tables.cities, 3));
  function show() {
    const chosen = chooser.get();
    const one = indicators[Number(indicator.value)];
    const lines = chosen.map((i) => one[which.value][i]);
    if (!lines.flat().some((number) => number !== null)) {
      out.replaceChildren(both("Nothing to show.", "没有可显示的数据。", "p"));
      return;
    }
    const lang = root.dataset.lang;
    out.replaceChildren(chart(years, lines, `${one[lang]}, ${years[0]}–${years[years.length - 1]}: ${chosen.map((i) => table().name(i, lang)).join(", ")}`), historyTable(table(), years, chosen, lines));
  }
  indicator.addEventListener("change", show);
  const panel = make("div", {},
    both(...tables.says.history, "p"),
    make("div", { class: "pf-row" }, field("Indicator", "指标", indicator), field("Follow", "对象", which), chooser.combo), chooser.chips, out);
  panel.firstChild.className = "pf-hint";
  chooser.show();
  return panel;
}

export { makeHistory };
