/* Two to four cities, or corridors, side by side. */
import { makeChooser, strongest, tableSelect } from "./chooser.js";
import { both, button, draw, field, make } from "./dom.js";
import { showRows } from "./store.js";

function strip(column, chosen) {
  const svg = draw("svg", { viewBox: "0 0 190 26", "aria-hidden": "true" });
  svg.append(draw("line", { x1: 8, x2: 182, y1: 13, y2: 13, stroke: "currentColor", "stroke-opacity": 0.22, "stroke-width": 2, "stroke-linecap": "round" }));
  chosen.forEach((i, k) => {
    const strength = column.strength(i);
    if (strength === null) return;
    svg.append(draw("circle", { cx: (8 + 174 * strength).toFixed(1), cy: 13 + (k - (chosen.length - 1) / 2) * 3, r: 5.5, style: `fill: var(--pf${k})`, stroke: "var(--card)", "stroke-width": 1.5 }));
  });
  return svg;
}

function compareCell(column, i, k, best) {
  if (!column.has(i)) return make("td", {}, "–");
  if (!column.strength || column.kind === "text") return make("td", {}, both(column.text(i, "en"), column.text(i, "zh")));
  const strength = column.strength(i);
  const bar = make("i", {}, make("em", { style: `--strength: ${strength.toFixed(3)}; --pf: var(--pf${k})` }));
  return make("td", {}, make("div", { class: strength === best ? "pf-value pf-best" : "pf-value" }, make("b", {}, column.text(i)), bar));
}

function compareTable(table, chosen) {
  const head = make("tr", {}, make("td", {}), chosen.map((i, k) =>
    make("th", { scope: "col" }, make("span", { class: "pf-head" }, make("span", { class: "pf-dot", style: `--pf: var(--pf${k})` }), table.said(i)))),
    make("th", { scope: "col", class: "pf-strip" }, both("less → more", "低 → 高")));
  const rows = table.columns.filter((column) => chosen.some((i) => column.has(i))).map((column) => {
    const strengths = column.strength ? chosen.map((i) => column.strength(i)).filter((s) => s !== null) : [];
    const best = strengths.length > 1 ? Math.max(...strengths) : null;
    const unit = column.unit ? ` (${column.unit})` : "";
    const unitZh = column.unit ? `（${column.unit_zh}）` : "";
    return make("tr", {}, make("th", { scope: "row" }, both(column.en + unit, column.zh + unitZh)),
      chosen.map((i, k) => compareCell(column, i, k, best)),
      make("td", { class: "pf-strip" }, column.strength ? strip(column, chosen) : ""));
  });
  return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
}

function makeCompare(tables) {
  const out = make("div", { "data-compare": true, "aria-live": "polite" });
  const which = tableSelect(tables, () => chooser.set(strongest(table(), 2)));
  const table = () => tables[which.value];
  const chooser = makeChooser(table, (chosen) => {
    onMap.disabled = chosen.length === 0;
    out.replaceChildren(chosen.length < 2
      ? both("Choose at least two.", "请至少选择两个。", "p")
      : compareTable(table(), chosen));
  }, strongest(tables.cities, 2));
  const onMap = button("Show on the map", "在地图上显示", () => showRows(table(), chooser.get()));
  const panel = make("div", {},
    both(...tables.says.compare, "p"),
    make("div", { class: "pf-row" }, field("Compare", "比较", which), chooser.combo, onMap), chooser.chips, out);
  panel.firstChild.className = "pf-hint";
  chooser.show();
  return panel;
}

export { makeCompare };
