/* The page around the map: switches, tables that sort and filter, rows that light up on the map. */
(function () {
  "use strict";
  const root = document.documentElement;

  function say(kind, value) {
    document.dispatchEvent(new CustomEvent("geobri:" + kind, { detail: { [kind]: value, source: "report" } }));
  }

  function showLanguage(lang) {
    root.dataset.lang = lang;
    root.lang = lang;
    for (const option of document.querySelectorAll("option[data-en]")) option.textContent = option.dataset[lang];
  }

  function currentTheme() {
    if (root.dataset.theme !== "auto") return root.dataset.theme;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function bindSwitches() {
    document.querySelector('[data-switch="lang"]').addEventListener("click", () => {
      const lang = root.dataset.lang === "en" ? "zh" : "en";
      showLanguage(lang);
      say("lang", lang);
    });
    document.querySelector('[data-switch="theme"]').addEventListener("click", () => {
      root.dataset.theme = currentTheme() === "dark" ? "light" : "dark";
      say("theme", root.dataset.theme);
    });
    document.addEventListener("geobri:lang", (event) => event.detail.source !== "report" && showLanguage(event.detail.lang));
    document.addEventListener("geobri:theme", (event) => {
      if (event.detail.source !== "report") root.dataset.theme = event.detail.theme;
    });
  }

  function lightUp(element) {
    const map = document.querySelector(".geobri");
    if (!map || !map.geobri) return;
    for (const other of document.querySelectorAll(".chosen")) other.classList.remove("chosen");
    element.classList.add("chosen");
    const words = (text) => (text ? text.split(" ") : []);
    const cities = words(element.dataset.cities);
    const corridors = words(element.dataset.corridors);
    if (cities.length === 1 && corridors.length === 0) map.geobri.select(cities[0]);
    else map.geobri.highlight({ cities, corridors });
    map.scrollIntoView({ block: "center" });
  }

  function bindLights() {
    const lit = (event) => event.target.closest("tr[data-cities], tr[data-corridors], .card[data-cities]");
    document.addEventListener("click", (event) => {
      const element = lit(event);
      if (element) lightUp(element);
    });
    document.addEventListener("keydown", (event) => {
      const element = lit(event);
      if (element && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        lightUp(element);
      }
    });
  }

  function cellKey(row, column) {
    const cell = row.cells[column];
    if (cell.dataset.order !== undefined) return Number(cell.dataset.order);
    const text = (cell.querySelector("." + root.dataset.lang) || cell).textContent.trim();
    return text === "" ? null : text;
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), root.dataset.lang);
  }

  function bindTable(sheet) {
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
        row.hidden = !keep || kept > most;
        if (!row.hidden) shown += 1;
      }
      more.hidden = shown >= kept;
      more.querySelector("[data-count]").textContent = String(kept);
      for (const count of sheet.querySelectorAll("[data-shown]")) count.textContent = shown + " / " + rows.length;
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
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
        return (descending ? -1 : 1) * compare(a.key, b.key) || a.at - b.at;
      });
      for (const { row } of keyed) body.appendChild(row);
      show();
    }

    for (const button of sheet.querySelectorAll("[data-sort]")) button.addEventListener("click", () => sort(button));
    if (find) find.addEventListener("input", show);
    if (filter) filter.addEventListener("change", show);
    more.addEventListener("click", () => {
      most = Infinity;
      show();
    });
    show();
  }

  /* Paper has no clicks: what is folded is opened for it, and folded again. */
  function bindPaper() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = Array.from(document.querySelectorAll("details:not([open])"));
      for (const fold of opened) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of opened) fold.open = false;
    });
  }

  bindSwitches();
  bindLights();
  bindPaper();
  for (const sheet of document.querySelectorAll(".sheet")) bindTable(sheet);
})();
