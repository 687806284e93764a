/* Cities or corridors by any of their columns. */
import { tableSelect } from "./chooser.js";
import { both, button, field, make, option, root, save } from "./dom.js";
import { listRows } from "./rows.js";
import { showRows } from "./store.js";
import { toCsv } from "../../webmap/static/tables.js";

let serial = 0;
/* Other ways to ask for the yes and no of a column. */
const FLAGS = new Map([["true", "yes"], ["1", "yes"], ["false", "no"], ["0", "no"]]);
const SIGNS = {
  "=": (a, b) => a === b, "≠": (a, b) => a !== b, "<": (a, b) => a < b, "≤": (a, b) => a <= b, ">": (a, b) => a > b, "≥": (a, b) => a >= b,
};

function makeCondition(table, onChange) {
  const column = make("select", {}, table.columns.map((one, k) => option(String(k), one.en, one.zh)));
  const sign = make("select", {});
  const wanted = make("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const hints = make("datalist", { id: `pf-hints-${(serial += 1)}` });
  wanted.setAttribute("list", hints.id);
  const self = { table: () => table.columns[Number(column.value)] };

  function fit() {
    const one = self.table();
    const text = one.kind === "text";
    sign.replaceChildren(...(text ? ["=", "≠"] : Object.keys(SIGNS)).map((mark) => make("option", { value: mark }, mark)));
    if (text) sign.append(option("~", "contains", "包含"));
    else sign.value = one.kind === "rank" ? "≤" : "≥";
    hints.replaceChildren(...(text ? one.words.slice(0, 200).map((word, k) => make("option", { value: word }, one.words_zh[k])) : []));
    wanted.inputMode = text ? "text" : "decimal";
    wanted.value = "";
  }
  self.test = () => {
    const one = self.table();
    const value = wanted.value.trim();
    wanted.classList.remove("pf-bad");
    if (value === "") return () => true;
    if (one.kind === "text") {
      const typed = value.toLowerCase();
      const lower = (one.words.every((word) => word === "yes" || word === "no") && FLAGS.get(typed)) || typed;
      return (i) => {
        if (!one.has(i)) return false;
        const said = ["en", "zh"].map((lang) => one.text(i, lang).toLowerCase());
        if (sign.value === "~") return said.some((word) => word.includes(lower));
        return said.includes(lower) === (sign.value === "=");
      };
    }
    const number = Number(value.replace(/(\d)[\s,](?=\d{3}\b)/g, "$1").replace(",", "."));
    if (Number.isNaN(number)) {
      wanted.classList.add("pf-bad");
      return null;
    }
    return (i) => one.has(i) && SIGNS[sign.value](one.numbers[i], number);
  };
  column.addEventListener("change", () => { fit(); onChange(); });
  sign.addEventListener("change", onChange);
  wanted.addEventListener("input", onChange);
  const remove = make("button", { type: "button", class: "pf-button", "data-remove": true }, "×", make("span", { class: "pf-hidden" }, both("Remove this condition", "删除此条件")));
  self.element = make("div", { class: "pf-row", "data-condition": true }, field("Attribute", "属性", column), field("Sign", "关系", sign), field("Value", "数值", wanted), hints, remove);
  self.remove = remove;
  fit();
  return self;
}

const SHOWN = 50;

function resultTable(table, rows, columns) {
  const head = make("tr", {}, make("th", { scope: "col" }, both("Name", "名称")), columns.map((column) => make("th", { scope: "col", class: column.kind === "text" ? "text" : "number" }, both(column.en, column.zh))));
  const body = rows.slice(0, SHOWN).map((i) => make("tr", {}, make("th", { scope: "row" }, table.said(i)), columns.map((column) =>
    (column.kind === "text" ? make("td", {}, both(column.text(i, "en"), column.text(i, "zh"))) : make("td", { class: "number" }, column.text(i))))));
  return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, body)));
}

function makeQuery(tables) {
  let conditions = [];
  let matched = [];
  const which = tableSelect(tables, () => restart());
  const table = () => tables[which.value];
  const sort = make("select", { "data-sort-by": true });
  const order = make("select", {}, option("up", "ascending", "升序"), option("down", "descending", "降序"));
  const list = make("div", {});
  const out = make("div", { "data-result": true, "aria-live": "polite" });
  const onMap = button("Show on the map", "在地图上显示", () => showRows(table(), matched));
  const download = button("Download CSV", "下载 CSV", () => save(`${which.value}.csv`, toCsv(listRows(table(), matched))));

  function sorted(rows) {
    const column = table().columns[Number(sort.value)];
    const turn = order.value === "down" ? -1 : 1;
    const compare = column.kind === "text"
      ? (a, b) => column.text(a, root.dataset.lang).localeCompare(column.text(b, root.dataset.lang), root.dataset.lang)
      : (a, b) => column.numbers[a] - column.numbers[b];
    return rows.sort((a, b) => (column.has(b) - column.has(a)) || (column.has(a) ? turn * compare(a, b) : 0) || a - b);
  }
  function answer() {
    const tests = conditions.map((one) => one.test());
    if (tests.includes(null)) {
      matched = [];
      onMap.disabled = download.disabled = true;
      out.replaceChildren(make("p", { class: "pf-error" }, both("This attribute is compared with a number.", "此属性须与数字比较。")));
      return;
    }
    matched = sorted(table().ids.map((_, i) => i).filter((i) => tests.every((test) => test(i))));
    onMap.disabled = download.disabled = matched.length === 0;
    const asked = conditions.map((one) => one.table());
    const columns = [...new Set([...asked, table().columns[Number(sort.value)], ...table().columns])].slice(0, 6);
    const more = matched.length > SHOWN ? both(`; the first ${SHOWN} are shown`, `，显示前 ${SHOWN} 项`) : "";
    const out_of = both(` of ${table().ids.length}`, ` / ${table().ids.length}`);
    out.replaceChildren(make("p", { class: "pf-count" }, make("strong", {}, String(matched.length)), out_of, more),
      ...(matched.length ? [resultTable(table(), matched, columns)] : []));
    if (table().leftOut) out.append(both(`${table().leftOut} weaker corridors are not on this page; ask with geobri query.`, `另有 ${table().leftOut} 条较弱通路未载入本页；可用 geobri query 查询。`, "p"));
  }
  function add() {
    const condition = makeCondition(table(), answer);
    condition.remove.addEventListener("click", () => {
      conditions = conditions.filter((one) => one !== condition);
      condition.element.remove();
      answer();
    });
    conditions.push(condition);
    list.append(condition.element);
    answer();
  }
  function restart() {
    conditions = [];
    list.replaceChildren();
    sort.replaceChildren(...table().columns.map((column, k) => option(String(k), column.en, column.zh)));
    const first = table().columns[0];
    order.value = first.kind === "rank" || first.kind === "text" ? "up" : "down";
    add();
  }
  sort.addEventListener("change", answer);
  order.addEventListener("change", answer);
  const panel = make("div", {},
    both("All conditions must hold; what is missing fulfils none. An empty value asks nothing.", "须同时满足全部条件；缺失值不满足任何条件。数值留空表示不限。", "p"),
    make("div", { class: "pf-row" }, field("Ask", "查询", which), field("Sort by", "排序依据", sort), field("Order", "次序", order)),
    list, make("div", { class: "pf-row" }, button("Add a condition", "添加条件", add), onMap, download), out);
  panel.firstChild.className = "pf-hint";
  restart();
  return panel;
}

export { makeQuery };
