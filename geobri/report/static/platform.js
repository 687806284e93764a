/* Compare, ask, follow over the years. Everything from the study is written as text, never as markup. */
(function () {
  "use strict";
  const MOST = 4;
  const SHOWN = 50;
  const NS = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  let serial = 0;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null));
    return element;
  }

  function draw(tag, attributes, ...children) {
    const element = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function both(en, zh, tag = "span") {
    if (en === zh) return make(tag, {}, en);
    return make(tag, {}, make("span", { class: "en", lang: "en" }, en), make("span", { class: "zh", lang: "zh-Hans" }, zh));
  }

  function option(value, en, zh) {
    return make("option", { value, "data-en": en, "data-zh": zh }, root.dataset.lang === "zh" ? zh : en);
  }

  function field(en, zh, control) {
    return make("label", {}, both(en, zh), control);
  }

  function button(en, zh, act) {
    const element = make("button", { type: "button", class: "pf-button" }, both(en, zh));
    element.addEventListener("click", act);
    return element;
  }

  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  function print(number) {
    if (number === null || number === undefined) return "–";
    if (Number.isInteger(number)) return number.toLocaleString("en");
    return Math.abs(number) >= 1000 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(4)));
  }

  /* ---- the tables ---- */
  function readColumn(column) {
    if (column.kind === "text") {
      return { ...column, has: (i) => column.codes[i] >= 0, text: (i, lang) => (column.codes[i] < 0 ? "" : column[lang === "zh" ? "words_zh" : "words"][column.codes[i]]) };
    }
    const known = column.numbers.filter((number) => number !== null);
    const low = known.reduce((a, b) => Math.min(a, b), Infinity);
    const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const strength = (i) => {
      const number = column.numbers[i];
      if (number === null) return null;
      if (high === low) return 1;
      const share = (number - low) / (high - low);
      return column.kind === "rank" ? 1 - share : share;
    };
    return { ...column, has: (i) => column.numbers[i] !== null, text: (i) => print(column.numbers[i]), strength };
  }

  function readTables(data) {
    const cities = { kind: "cities", ids: data.cities.id, columns: data.cities.columns.map(readColumn) };
    cities.name = (i, lang) => data.cities[lang][i];
    const corridors = { kind: "corridors", ids: data.corridors.id, columns: data.corridors.columns.map(readColumn), leftOut: data.corridors.left_out };
    const joint = data.corridors.arrow ? " → " : " – ";
    corridors.name = (i, lang) => data.corridors.ends[i].map((end) => data.cities[lang][end]).join(joint);
    for (const table of [cities, corridors]) {
      table.words = table.ids.map((id, i) => plain(`${table.name(i, "en")} ${table.name(i, "zh")} ${id}`));
      table.bare = table.ids.map((id, i) => ["en", "zh"].map((lang) => plain(table.name(i, lang)).replace(/\s*[(（].*$/, "")));
      table.said = (i) => both(table.name(i, "en"), table.name(i, "zh"));
    }
    return { cities, corridors, history: data.history };
  }

  function showOnMap(table, rows) {
    const map = document.querySelector(".geobri");
    if (!map || !map.geobri) return;
    const ids = rows.map((i) => table.ids[i]);
    map.geobri.highlight(table.kind === "cities" ? { cities: ids, corridors: [] } : { cities: [], corridors: ids });
    map.scrollIntoView({ block: "center" });
  }

  /* ---- a search field with suggestions ---- */
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

  function tableSelect(onChange) {
    const select = make("select", {}, option("cities", "Cities", "城市"), option("corridors", "Corridors", "通路"));
    select.addEventListener("change", onChange);
    return select;
  }

  /* ---- compare ---- */
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

  function strongest(table, count) {
    const column = table.columns.find((one) => one.strength);
    const rows = table.ids.map((_, i) => i);
    if (column) rows.sort((a, b) => (column.strength(b) ?? -1) - (column.strength(a) ?? -1) || a - b);
    return rows.slice(0, count);
  }

  function makeCompare(tables) {
    const out = make("div", { "data-compare": true, "aria-live": "polite" });
    const which = tableSelect(() => chooser.set(strongest(table(), 2)));
    const table = () => tables[which.value];
    const chooser = makeChooser(table, (chosen) => {
      onMap.disabled = chosen.length === 0;
      out.replaceChildren(chosen.length < 2
        ? both("Choose at least two.", "请至少选择两个。", "p")
        : compareTable(table(), chosen));
    }, strongest(tables.cities, 2));
    const onMap = button("Show on the map", "在地图上显示", () => showOnMap(table(), chooser.get()));
    const panel = make("div", {},
      both("Two to four cities, or corridors, side by side. A longer bar is more, or a better rank, among all of them; the most of those chosen is bold.",
        "将二至四座城市或通路并列比较。条越长，在全体中数值越大或名次越前；所选之中最突出者加粗。", "p"),
      make("div", { class: "pf-row" }, field("Compare", "比较", which), chooser.combo, onMap), chooser.chips, out);
    panel.firstChild.className = "pf-hint";
    chooser.show();
    return panel;
  }

  /* ---- query ---- */
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
        const lower = value.toLowerCase();
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

  function toCsv(table, rows) {
    const quote = (cell) => {
      const text = String(cell ?? "");
      const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
    };
    const lines = [["id", "name", "name_zh", ...table.columns.map((column) => column.id)]];
    for (const i of rows) {
      lines.push([table.ids[i], table.name(i, "en"), table.name(i, "zh"), ...table.columns.map((column) => (column.kind === "text" ? column.text(i, "en") : column.numbers[i]))]);
    }
    return `\ufeff${lines.map((line) => line.map(quote).join(",")).join("\r\n")}\r\n`;
  }

  function save(name, text) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const link = make("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  function resultTable(table, rows, columns) {
    const head = make("tr", {}, make("th", { scope: "col" }, both("Name", "名称")), columns.map((column) => make("th", { scope: "col", class: column.kind === "text" ? "text" : "number" }, both(column.en, column.zh))));
    const body = rows.slice(0, SHOWN).map((i) => make("tr", {}, make("th", { scope: "row" }, table.said(i)), columns.map((column) =>
      (column.kind === "text" ? make("td", {}, both(column.text(i, "en"), column.text(i, "zh"))) : make("td", { class: "number" }, column.text(i))))));
    return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, body)));
  }

  function makeQuery(tables) {
    let conditions = [];
    let matched = [];
    const which = tableSelect(() => restart());
    const table = () => tables[which.value];
    const sort = make("select", { "data-sort-by": true });
    const order = make("select", {}, option("up", "ascending", "升序"), option("down", "descending", "降序"));
    const list = make("div", {});
    const out = make("div", { "data-result": true, "aria-live": "polite" });
    const onMap = button("Show on the map", "在地图上显示", () => showOnMap(table(), matched));
    const download = button("Download CSV", "下载 CSV", () => save(`${which.value}.csv`, toCsv(table(), matched)));

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

  /* ---- history ---- */
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
        lines[k].map((number) => make("td", { class: "number" }, print(number))), make("td", { class: "number" }, growth === null ? "–" : `${(100 * growth).toFixed(1)} %`));
    });
    return make("div", { class: "pf-table", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
  }

  function makeHistory(tables) {
    const { years, indicators } = tables.history;
    const out = make("div", { "data-history": true, "aria-live": "polite" });
    const which = tableSelect(() => chooser.set(strongest(table(), 3)));
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
      both("Flows over the years; for a city, the sum over all its corridors.", "历年流量；城市数值为其全部通路之和。", "p"),
      make("div", { class: "pf-row" }, field("Indicator", "指标", indicator), field("Follow", "对象", which), chooser.combo), chooser.chips, out);
    panel.firstChild.className = "pf-hint";
    chooser.show();
    return panel;
  }

  /* ---- tabs ---- */
  function build(host) {
    const tables = readTables(JSON.parse(host.querySelector("script").textContent));
    const parts = [["compare", "Compare", "比较", makeCompare], ["query", "Ask", "查询", makeQuery]];
    if (tables.history) parts.push(["history", "Over the years", "历年变化", makeHistory]);
    const tabs = make("div", { role: "tablist" });
    const panels = parts.map(([key, en, zh, fill]) => {
      const tab = make("button", { type: "button", role: "tab", id: `pf-tab-${key}`, "aria-controls": `pf-${key}` }, both(en, zh));
      const panel = make("div", { class: "pf-panel", role: "tabpanel", id: `pf-${key}`, "aria-labelledby": tab.id }, fill(tables));
      tabs.append(tab);
      return { tab, panel };
    });
    function open(at, focus) {
      panels.forEach(({ tab, panel }, k) => {
        tab.setAttribute("aria-selected", String(k === at));
        tab.tabIndex = k === at ? 0 : -1;
        panel.hidden = k !== at;
      });
      if (focus) panels[at].tab.focus();
    }
    panels.forEach(({ tab }, k) => {
      tab.addEventListener("click", () => open(k));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: panels.length - 1 }[event.key];
        if (step) open((k + step) % panels.length, true);
      });
    });
    host.append(tabs, ...panels.map(({ panel }) => panel));
    open(0);
  }

  for (const host of document.querySelectorAll("[data-platform]")) build(host);
})();
