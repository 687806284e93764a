/* Finding a city by name in either language: a text field with a list of proposals. */
import { bdi, h, icon } from "./dom.js";

const MOST = 8;

const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/** Cities whose names hold the words, those that begin with them first. */
function findCities(cities, words) {
  const wanted = fold(words.trim());
  if (!wanted) return [];
  const hits = [];
  for (let c = 0; c < cities.n; c += 1) {
    const places = [cities.name[c], cities.name_zh[c], cities.slug[c]].map((text) => fold(text).indexOf(wanted)).filter((at) => at >= 0);
    if (places.length) hits.push([Math.min(...places), c]);
  }
  return hits.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, MOST).map(([, c]) => c);
}

function makeSearch(app) {
  const listId = `${app.key}_found`;
  const input = h("input", {
    type: "text", class: "geobri-search-input", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId,
  });
  const list = h("ul", { class: "geobri-found", id: listId, role: "listbox", hidden: true });
  const clear = h("button", { type: "button", class: "geobri-clear" }, icon("close"));
  const box = h("div", { class: "geobri-search" }, icon("search"), input, clear, list);
  let found = [];
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(c, isFurther) {
    close();
    (isFurther ? app.acts.addCity : app.acts.select)(app.model.cities.slug[c]);
  }

  function option(c, place) {
    const { cities } = app.model;
    const other = app.now.state.lang === "zh" ? cities.name[c] : cities.name_zh[c];
    const item = h("li", { role: "option", id: `${listId}_${place}`, "aria-selected": String(place === active) },
      bdi(app.words.cityName(c)), other !== app.words.cityName(c) ? h("span", { class: "geobri-muted" }, bdi(other)) : null);
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      choose(c, event.shiftKey);
    });
    return item;
  }

  function show() {
    found = findCities(app.model.cities, input.value);
    if (!input.value.trim()) return close();
    const items = found.map(option);
    list.replaceChildren(...(items.length ? items : [h("li", { class: "geobri-muted" }, app.words.say("noMatch"))]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (active >= 0) input.setAttribute("aria-activedescendant", `${listId}_${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function step(by) {
    if (list.hidden) show();
    if (!found.length) return;
    active = (active + by + found.length) % found.length;
    show();
  }

  input.addEventListener("input", () => {
    active = -1;
    show();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    app.acts.sync();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && found.length && input.value.trim()) choose(found[Math.max(0, active)], event.shiftKey);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  clear.addEventListener("click", () => {
    app.acts.select(null);
    input.value = "";
    input.focus();
  });
  app.acts.onSync(() => {
    input.placeholder = app.words.say("findCity");
    input.setAttribute("aria-label", app.words.say("findCity"));
    clear.setAttribute("aria-label", app.words.say("clearSearch"));
    const city = app.now.state.city === null ? -1 : app.model.cities.position.get(app.now.state.city);
    clear.hidden = city < 0;
    if (list.hidden) input.value = city < 0 ? "" : app.words.cityName(city);
  });
  return box;
}

export { makeSearch, findCities };
