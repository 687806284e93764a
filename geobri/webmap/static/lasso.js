/* The lasso: cities inside a line that is drawn on the map by hand become a filter. */
import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const LEAST_PX = 3; /* between two points of the line */

/** Whether a point lies inside a closed line of points [x, y], by the even-odd rule. */
function isInside([x, y], line) {
  let inside = false;
  line.forEach(([x1, y1], k) => {
    const [x0, y0] = line[(k + line.length - 1) % line.length];
    if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside;
  });
  return inside;
}

/** Cities inside a line on the window, on any copy of the world. */
function citiesInside(app, line) {
  const { cities } = app.model;
  const scale = app.leaflet.options.crs.scale(app.leaflet.getZoom());
  const corner = app.leaflet.getPixelBounds().min;
  const inside = (c) => [-1, 0, 1].some((k) => isInside([(cities.x[c] + k) * scale - corner.x, cities.y[c] * scale - corner.y], line));
  return cities.slug.filter((_, c) => inside(c));
}

function makeLasso(app) {
  const path = document.createElementNS(SVG, "path");
  const sheet = document.createElementNS(SVG, "svg");
  sheet.append(path);
  sheet.setAttribute("class", "geobri-lasso");
  const box = h("div", { class: "geobri-lasso-frame", hidden: true }, sheet);
  let line = [];
  const place = (event) => {
    const frame = app.root.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const draw = () => path.setAttribute("d", line.length ? `M${line.map((at) => at.join(" ")).join("L")}Z` : "");
  const toggle = (on) => {
    box.hidden = !(on ?? box.hidden);
    line = [];
    draw();
    if (!box.hidden) app.acts.announce(app.words.say("lassoHelp"));
    app.acts.sync();
  };
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    line = [place(event)];
    event.preventDefault();
  });
  box.addEventListener("pointermove", (event) => {
    if (!line.length) return;
    const [x, y] = place(event);
    const [lastX, lastY] = line[line.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < LEAST_PX) return;
    line.push([x, y]);
    draw();
  });
  box.addEventListener("pointerup", () => {
    const found = line.length > 2 ? citiesInside(app, line) : [];
    toggle(false);
    if (found.length) app.acts.set({ cities: { mode: app.now.state.cities ? app.now.state.cities.mode : "touching", list: found }, city: null });
    else app.acts.announce(app.words.say("lassoEmpty"));
  });
  box.addEventListener("pointercancel", () => toggle(false));
  return { element: box, toggle, isOn: () => !box.hidden };
}

export { makeLasso, isInside };
