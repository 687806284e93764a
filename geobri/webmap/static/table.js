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

  function row(i, place) {
    const measure = app.measure();
    const name = h("button", { type: "button", class: "geobri-link" }, Details.plainName(app, i));
    name.addEventListener("click", () => app.set({ corridor: app.model.idOf(i) }));
    name.addEventListener("focus", () => app.point({ corridor: i }));
    name.addEventListener("blur", () => app.point({}));
    const tr = h("tr", {},
      h("td", { class: "geobri-number" }, String(place + 1)),
      h("th", { scope: "row" }, name),
      h("td", { class: "geobri-number" }, I18n.formatValue(app.state.lang, measure, measure.numbers[i])),
      app.model.distance ? h("td", { class: "geobri-number" }, Details.distanceText(app, i)) : null,
      h("td", {}, Details.coastText(app, i)));
    tr.addEventListener("pointerenter", () => app.point({ corridor: i }));
    tr.addEventListener("pointerleave", () => app.point({}));
    return tr;
  }

  function fill() {
    const rows = Array.from(app.shown.rows.subarray(0, MOST));
    const measure = app.measure();
    const titles = ["#", app.say("corridor"), measure.label[app.state.lang]];
    if (app.model.distance) titles.push(app.say("distance"));
    titles.push(app.say("cityTypes"));
    const focused = [...body.rows].findIndex((tr) => tr.contains(document.activeElement));
    caption.textContent = rows.length ? app.say(`sheet_${measure.front}`, { n: rows.length }) : app.say("nothing");
    head.replaceChildren(h("tr", {}, ...titles.map((text) => h("th", { scope: "col" }, text))));
    body.replaceChildren(...rows.map(row));
    const again = body.rows[Math.min(focused, rows.length - 1)];
    if (again) again.querySelector("button").focus({ preventScroll: true });
  }

  function toggle(open) {
    box.hidden = open === undefined ? !box.hidden : !open;
    app.sync();
    if (!box.hidden) scroll.focus();
  }

  close.addEventListener("click", () => {
    toggle(false);
    app.focusMap();
  });
  app.onSync(() => {
    close.setAttribute("aria-label", app.say("close"));
    box.setAttribute("aria-label", app.say("table"));
    if (!box.hidden) fill();
  });
  return { element: box, toggle, isOpen: () => !box.hidden };
}

export { makeTable };
