/* The strongest of the corridors shown, as a table: for those who cannot see the map, and for everyone else. */
import * as Details from "./details.js";
import { h, icon } from "./dom.js";
import * as I18n from "./i18n.js";

const MOST = 25;

function makeTable(app) {
  const caption = h("caption", {});
  const head = h("thead", {});
  const body = h("tbody", {});
  const close = h("button", { type: "button", class: "geobri-button geobri-close" }, icon("close"));
  const scroll = h("div", { class: "geobri-scroll", tabindex: "0" }, h("table", { class: "geobri-table" }, caption, head, body));
  const box = h("div", { class: "geobri-card geobri-sheet", role: "region", hidden: true }, close, scroll);

  const hasTypes = app.model.coast.some((type) => type >= 0);

  function row(i, place) {
    const measure = app.asks.measure();
    const name = h("button", { type: "button", class: "geobri-link" }, Details.plainName(app, i));
    name.addEventListener("click", () => app.acts.set({ corridor: app.model.idOf(i) }));
    name.addEventListener("focus", () => app.acts.point({ corridor: i }));
    name.addEventListener("blur", () => app.acts.point({}));
    const tr = h("tr", {},
      h("td", { class: "geobri-number" }, String(place + 1)),
      h("th", { scope: "row" }, name),
      h("td", { class: "geobri-number" }, I18n.formatValue(app.now.state.lang, measure, measure.numbers[i])),
      app.model.distance ? h("td", { class: "geobri-number" }, Details.distanceText(app, i)) : null,
      hasTypes ? h("td", {}, Details.coastText(app, i)) : null);
    tr.addEventListener("pointerenter", () => app.acts.point({ corridor: i }));
    tr.addEventListener("pointerleave", () => app.acts.point({}));
    return tr;
  }

  function fill() {
    const rows = Array.from(app.now.shown.rows.subarray(0, MOST));
    const measure = app.asks.measure();
    const titles = ["#", app.words.say("corridor"), measure.label[app.now.state.lang]];
    if (app.model.distance) titles.push(app.words.say("distance"));
    if (hasTypes) titles.push(app.words.say("cityTypes"));
    const focused = [...body.rows].findIndex((tr) => tr.contains(document.activeElement));
    caption.textContent = rows.length ? app.words.say(`sheet_${measure.front}`, { n: rows.length }) : app.words.say("nothing");
    head.replaceChildren(h("tr", {}, ...titles.map((text) => h("th", { scope: "col" }, text))));
    body.replaceChildren(...rows.map(row));
    const again = body.rows[Math.min(focused, rows.length - 1)];
    if (again) again.querySelector("button").focus({ preventScroll: true });
  }

  function toggle(open) {
    box.hidden = open === undefined ? !box.hidden : !open;
    app.acts.sync();
    if (!box.hidden) scroll.focus();
  }

  close.addEventListener("click", () => {
    toggle(false);
    app.acts.focusMap();
  });
  app.acts.onSync(() => {
    close.setAttribute("aria-label", app.words.say("close"));
    box.setAttribute("aria-label", app.words.say("table"));
    if (!box.hidden) fill();
  });
  return { element: box, toggle, isOpen: () => !box.hidden };
}

export { makeTable };
