/* Tables that sort, filter, find, open in full and can be taken along. */
import { root, save } from "./dom.js";
import { readText } from "./packed.js";
import { toCsv } from "../../webmap/static/tables.js";
import { isWhole, sayDamaged } from "../../webmap/static/whole.js";

/** Rows that travel packed: put where they belong before anything looks at the table. */
function unpack(sheet) {
  const packed = sheet.querySelector("script[data-packed]");
  if (!packed) return;
  if (!isWhole(packed)) {
    sayDamaged(sheet);
    return;
  }
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${readText(packed)}</tbody></table>`; /* written by geobri, every text of it escaped */
  sheet.querySelector("tbody").append(...template.content.querySelector("tbody").rows);
  packed.remove();
}

const textOf = (cell) => (cell.querySelector(`.${root.dataset.lang}`) || cell).textContent.trim();

function cellKey(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.order !== undefined) return Number(cell.dataset.order);
  return textOf(cell) || null;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), root.dataset.lang);
}

function saveSheet(sheet) {
  const table = sheet.querySelector("table");
  const cellOf = (cell) => (cell.classList.contains("number") && cell.dataset.order !== undefined ? Number(cell.dataset.order) : textOf(cell));
  const rows = Array.from(table.tBodies[0].rows).filter((row) => row.dataset.kept !== "no");
  save(`${sheet.id}.csv`, toCsv([Array.from(table.tHead.rows[0].cells, textOf), ...rows.map((row) => Array.from(row.cells, cellOf))]));
}

function bindSheet(sheet) {
  unpack(sheet);
  const body = sheet.querySelector("tbody");
  const rows = Array.from(body.rows);
  const find = sheet.querySelector("[data-search]");
  const filter = sheet.querySelector("[data-filter]");
  const more = sheet.querySelector("[data-more]");
  let most = Number(sheet.dataset.first);

  function show() {
    const word = find ? find.value.trim().toLowerCase() : "";
    const group = filter ? filter.value : "";
    let shown = 0;
    let kept = 0;
    for (const row of Array.from(body.rows)) {
      const keep = (!group || row.dataset.group === group) && (!word || row.textContent.toLowerCase().includes(word));
      if (keep) kept += 1;
      row.dataset.kept = keep ? "yes" : "no";
      row.hidden = !keep || kept > most;
      if (!row.hidden) shown += 1;
    }
    more.hidden = shown >= kept;
    more.querySelector("[data-count]").textContent = String(kept);
    for (const count of sheet.querySelectorAll("[data-shown]")) count.textContent = `${shown} / ${rows.length}`;
    sheet.querySelector("[data-printed]").hidden = shown >= rows.length;
    sheet.querySelector("[data-nothing]").hidden = kept > 0;
  }

  function sort(button) {
    const heading = button.closest("th");
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of sheet.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const column = Number(button.dataset.sort);
    const keyed = rows.map((row, at) => ({ row, at, key: cellKey(row, column) }));
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || a.at - b.at;
      return (descending ? -1 : 1) * compare(a.key, b.key) || a.at - b.at;
    });
    for (const { row } of keyed) body.append(row);
    show();
  }

  for (const button of sheet.querySelectorAll("[data-sort]")) button.addEventListener("click", () => sort(button));
  if (find) find.addEventListener("input", show);
  if (filter) filter.addEventListener("change", show);
  sheet.querySelector("[data-save]").addEventListener("click", () => saveSheet(sheet));
  more.addEventListener("click", () => {
    most = Infinity;
    show();
  });
  show();
}

export { bindSheet };
