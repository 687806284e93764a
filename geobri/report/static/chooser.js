/* A search field with suggestions, and what was chosen with it. */
import { plain } from "./columns.js";
import { field, make, option, root } from "./dom.js";

const MOST = 4;
let serial = 0;

function makeCombo(getTable, en, zh, choose) {
  const listId = `pf-list-${(serial += 1)}`;
  const input = make("input", { type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list" });
  const list = make("ul", { class: "pf-list", role: "listbox", id: listId, hidden: true });
  let found = [];
  let at = -1;

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function take(i) {
    input.value = "";
    close();
    choose(i);
  }
  function mark(next) {
    at = next;
    Array.from(list.children).forEach((item, k) => item.setAttribute("aria-selected", String(k === at)));
    if (list.children[at]) input.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function suggest() {
    const table = getTable();
    const parts = plain(input.value).split(/[\s–→-]+/).filter(Boolean);
    found = [];
    for (let i = 0; parts.length && i < table.ids.length && found.length < 8; i += 1) {
      if (parts.every((part) => table.words[i].includes(part))) found.push(i);
    }
    list.replaceChildren(...found.map((i, k) => {
      const item = make("li", { role: "option", id: `${listId}-${k}` }, table.said(i));
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => take(i));
      return item;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    // a name that several have is not taken by Enter alone: the reader chooses among them
    const alike = found.filter((i) => table.bare[i].includes(plain(input.value).trim()));
    mark(found.length && alike.length < 2 ? 0 : -1);
  }
  input.addEventListener("input", suggest);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (list.hidden) return undefined;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(found[at]);
    }
    return undefined;
  });
  return make("div", { class: "pf-combo" }, field(en, zh, input), list);
}

function makeChooser(getTable, onChange, opening) {
  let chosen = opening;
  const chips = make("ul", { class: "pf-chips" });
  function show() {
    const table = getTable();
    chips.replaceChildren(...chosen.map((i, k) => {
      const remove = make("button", { type: "button", "aria-label": `× ${table.name(i, root.dataset.lang)}` }, "×");
      remove.addEventListener("click", () => set(chosen.filter((other) => other !== i)));
      return make("li", {}, make("span", { class: "pf-dot", style: `--pf: var(--pf${k})` }), table.said(i), remove);
    }));
    onChange(chosen);
  }
  function set(next) {
    chosen = next;
    show();
  }
  const combo = makeCombo(getTable, "Add (two to four)", "添加（二至四个）", (i) => {
    if (!chosen.includes(i)) set(chosen.length < MOST ? [...chosen, i] : [...chosen.slice(1), i]);
  });
  return { combo, chips, set, show, get: () => chosen };
}

function tableSelect(tables, onChange) {
  const select = make("select", {}, option("cities", ...tables.says.places), option("corridors", "Corridors", "通路"));
  select.addEventListener("change", onChange);
  return select;
}

function strongest(table, count) {
  const column = table.columns.find((one) => one.strength);
  const rows = table.ids.map((_, i) => i);
  if (column) rows.sort((a, b) => (column.strength(b) ?? -1) - (column.strength(a) ?? -1) || a - b);
  return rows.slice(0, count);
}

export { makeChooser, tableSelect, strongest };
