/* Pointer, keys, page and address. */
import * as Actions from "./actions.js";
import * as Details from "./details.js";
import * as Exporting from "./export.js";
import { nameZone } from "./paint_base.js";
import * as Painting from "./painting.js";
import * as Pick from "./pick.js";
import * as View from "./view.js";

const SAME_PX = 4;
const COARSE = window.matchMedia("(pointer: coarse)");

function listenToMap(app) {
  const map = app.leaflet;
  let waiting = null;
  let through = null; /* the place of the last click on corridors, and how far the reader went through those there */
  const isThere = (point) => through && through.version === app.now.shown.version && through.point.distanceTo(point) <= SAME_PX && through.zoom === map.getZoom();
  const zoneAt = (point) => {
    const at = map.project(map.containerPointToLatLng(point)).divideBy(map.options.crs.scale(map.getZoom()));
    const zone = nameZone(app.base, at.x, at.y);
    return zone ? { zone } : {};
  };
  const pickAt = (point) => {
    if (app.painting.isHidden()) return {};
    const city = Pick.pickCity(app, point, COARSE.matches);
    if (city >= 0) return { city };
    if (isThere(point)) return { corridor: through.here[through.at], here: through.here };
    const here = Pick.pickCorridors(app, point, COARSE.matches);
    return here.length ? { corridor: here[0], here } : zoneAt(point);
  };
  /* The first click takes the line that is meant, further ones at the same place those beside and below it. */
  const clickCorridor = (point, here) => {
    const again = isThere(point) && app.now.state.corridor === app.model.idOf(through.here[through.at]);
    through = again ? { ...through, at: (through.at + 1) % through.here.length } : { point, zoom: map.getZoom(), version: app.now.shown.version, here, at: 0 };
    app.acts.pass(through.here, through.at);
    app.parts.tip.hide();
  };
  const hover = () => {
    const point = waiting;
    waiting = null;
    if (!point || (map.dragging && map.dragging.moving && map.dragging.moving())) return;
    const pointed = pickAt(point);
    const hit = pointed.city !== undefined || pointed.corridor !== undefined;
    app.acts.point(pointed);
    map.getContainer().style.cursor = hit ? "pointer" : "";
    if (hit || pointed.zone) app.parts.tip.show(pointed, point);
    else app.parts.tip.hide();
  };
  map.on("mousemove", (event) => {
    if (isForeign(event)) {
      waiting = null;
      app.parts.tip.hide();
      app.acts.point({});
      return;
    }
    if (!waiting) requestAnimationFrame(hover);
    waiting = event.containerPoint;
  });
  map.on("mouseout dragstart zoomstart", () => {
    waiting = null;
    app.parts.tip.hide();
    app.acts.point({});
  });
  map.on("click", (event) => {
    const hit = pickAt(event.containerPoint);
    if (hit.city !== undefined) {
      const slug = app.model.cities.slug[hit.city];
      if (event.originalEvent.shiftKey) app.acts.addCity(slug);
      else app.acts.select(app.now.state.city === slug ? null : slug);
    } else if (hit.corridor !== undefined) clickCorridor(event.containerPoint, hit.here);
    else app.acts.letGo();
  });
  map.on("move", () => app.parts.scaleBar.show());
  map.on("moveend", () => {
    if (app.now.moving) return;
    const view = View.viewOf(app);
    const same = app.now.home && view.every((part, k) => Math.abs(part - app.now.home[k]) < 1e-3);
    app.acts.moved(same ? null : view);
  });
  map.on("resize", () => {
    app.acts.sync(); /* the cards fold first, then the map fits into what they leave */
    if (!app.now.state.view) View.showView(app);
    app.parts.scaleBar.show();
  });
  if (!app.config.standalone) listenWithinText(app);
}

/** Over a marker or a shape that an analyst added, whose own tooltip speaks. */
const isForeign = (event) => Boolean(event.originalEvent && event.originalEvent.target.closest(".leaflet-interactive, .leaflet-popup"));

/** Within a text the wheel and the finger scroll the page, until the reader clicks or taps into the map. */
function listenWithinText(app) {
  const map = app.leaflet;
  const hold = () => {
    map.scrollWheelZoom.disable();
    if (COARSE.matches) map.dragging.disable();
  };
  hold();
  map.on("click focus", () => {
    map.scrollWheelZoom.enable();
    map.dragging.enable();
  });
  map.on("mouseout blur", () => map.scrollWheelZoom.disable());
  document.addEventListener("pointerdown", (event) => {
    if (!app.root.contains(event.target)) hold();
  });
}

/** N and P step through the corridors shown, in their order; Enter keeps one; Escape lets go. */
function listenToKeys(app) {
  app.leaflet.getContainer().addEventListener("keydown", (event) => {
    const step = { n: 1, p: -1 }[event.key.toLowerCase()];
    const { rows } = app.now.shown;
    if (step && !event.ctrlKey && !event.metaKey && !event.altKey && rows.length) {
      const at = app.now.pointed.corridor === undefined ? -1 : rows.indexOf(app.now.pointed.corridor);
      const i = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : (at + step + rows.length) % rows.length];
      app.acts.point({ corridor: i });
      app.acts.announce(Details.sayCorridor(app, i));
    } else if (event.key === "Enter" && app.now.pointed.corridor !== undefined) {
      app.acts.set({ corridor: app.model.idOf(app.now.pointed.corridor) });
    } else return;
    event.preventDefault();
  });
  app.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (app.parts.lasso.isOn()) app.parts.lasso.toggle(false);
    else if (app.parts.table.isOpen()) app.parts.table.toggle(false);
    else {
      app.acts.point({});
      app.acts.letGo();
    }
  });
}

function listenToPage(app) {
  const wished = (event, name) => (typeof event.detail === "string" ? event.detail : event.detail && event.detail[name]);
  for (const name of ["lang", "theme"]) {
    document.addEventListener(`geobri:${name}`, (event) => {
      const value = wished(event, name);
      if (event.detail && event.detail.source !== app.key && value && value !== app.now.state[name]) app.acts.set({ [name]: value });
    });
  }
  Actions.DARK.addEventListener("change", () => {
    Actions.updateTheme(app);
    app.acts.sync();
    Painting.repaint(app, ["base", "lines", "top"]);
  });
  window.addEventListener("hashchange", () => {
    if (app.address.isOwn()) return;
    const state = app.address.read();
    if (state) app.acts.set(state);
  });
  window.addEventListener("beforeprint", () => {
    app.parts.print.replaceChildren(Exporting.toCanvas(app, "light"));
  });
  window.addEventListener("afterprint", () => app.parts.print.replaceChildren());
  new ResizeObserver(() => app.leaflet.invalidateSize({ animate: false, pan: false })).observe(app.leaflet.getContainer());
}

export { listenToMap, listenToKeys, listenToPage };
