/* What is drawn one by one, as SVG for a drawing program: land, lines, points, labels, title and source. */
import { toPathData, toShapePaths } from "./decode.js";
import { boxesOf } from "./paint_base.js";
import { FONT } from "./paint_cities.js";
import { copiesOf, crispRows, lookOfLine, offsetOf, pathsOf, shift } from "./paint_corridors.js";
import { describeSelection } from "./sentence.js";

const TOP = 64;
const BOTTOM = 28;

const escape = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const round = (value) => Number(value.toFixed(2));

function element(name, attributes, inside = "") {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`).join("");
  return inside ? `<${name}${written}>${inside}</${name}>` : `<${name}${written}/>`;
}

function drawBase(app, view) {
  const packed = app.base.packed;
  const shapes = [];
  for (const k of view.copies) {
    const place = (grid, origin) => `translate(${origin[0] * (view.scale / grid) + k * view.scale - view.x0} ${origin[1] * (view.scale / grid) - view.y0}) scale(${view.scale / grid})`;
    const add = (part, fill) => part && shapes.push(element("path", { d: toPathData(part, false), fill, transform: place(part.grid, [0, 0]) }));
    add(packed.polygons, app.now.tones.land);
    if (packed.near) {
      const boxes = boxesOf(packed.near.cells).map(([x, y, wide, high]) => `M${x} ${y}h${wide}v${high}h${-wide}z`).join("");
      shapes.push(element("path", { d: boxes, fill: app.now.tones.water, transform: place(1, [0, 0]) }));
      add(packed.near, app.now.tones.land);
    }
    add(packed.lakes, app.now.tones.water);
    if (packed.zones) {
      const { zones } = packed;
      toShapePaths(zones).forEach((d, z) => shapes.push(element("path", {
        d, fill: zones.closed[z] ? app.now.tones.zone : "none", "fill-rule": "evenodd", stroke: app.now.tones.outline,
        "stroke-width": 0.8, "vector-effect": "non-scaling-stroke", transform: place(zones.grid, zones.origin),
      })));
    }
  }
  return element("rect", { width: view.width, height: view.height, fill: app.now.tones.water }) + shapes.join("");
}

function drawLine(app, view, look, i) {
  const { stroke, width, alpha } = lookOfLine(look, i);
  const pixels = offsetOf(app.model, look.measure, i, width);
  const parts = copiesOf(app.model.arcs, i, view).flatMap((k) => pathsOf(app.model.arcs, i, view, k)).map((path) => {
    const moved = shift(path, pixels).map(round);
    const points = [];
    for (let n = 0; n < moved.length; n += 2) points.push(`${moved[n]} ${moved[n + 1]}`);
    return `M${points.join("L")}`;
  });
  if (parts.length === 0) return "";
  return element("path", { id: app.model.idOf(i), d: parts.join(""), fill: "none", stroke, "stroke-width": round(width), "stroke-opacity": round(alpha) });
}

function drawCities(app, points, labels) {
  const dots = points.map((p) => element("circle", { cx: round(p.x), cy: round(p.y), r: round(p.radius), fill: p.fill, stroke: p.stroke, "stroke-width": 1.3 }));
  const words = labels.map((label) => element("text", {
    x: round(label.box[0] + 1), y: round((label.box[1] + label.box[3]) / 2 + 4), "font-size": 12, "font-weight": label.strong ? 600 : 500,
    fill: app.now.tones.ink, stroke: app.now.tones.halo, "stroke-width": 3.2, "paint-order": "stroke",
  }, escape(label.text)));
  return dots.join("") + words.join("");
}

/** The window of the map as a document; `look` as for the canvas, `cities` = {points, labels} as placed there. */
function toSvg(app, view, look, { points, labels }) {
  const { lang } = app.now.state;
  const rows = Array.from(crispRows(app)).reverse();
  const said = [app.words.countText(), app.words.leftText(), describeSelection(app), app.asks.isDense() ? app.words.say(`lines_${app.asks.measure().front}`, { n: rows.length }) : ""].filter(Boolean).join(" · ");
  const title = element("text", { x: 16, y: 28, "font-size": 20, "font-weight": 600, fill: app.now.tones.ink }, escape(app.config.title[lang]))
    + element("text", { x: 16, y: 50, "font-size": 13, fill: app.now.tones.muted }, escape(`${app.asks.measure().label[lang]} · ${said}`));
  const source = element("text", { x: 16, y: TOP + view.height + 18, "font-size": 11, fill: app.now.tones.muted }, escape(app.words.credits()));
  const map = element("g", { transform: `translate(0 ${TOP})`, "clip-path": "url(#window)" },
    drawBase(app, view) + element("g", { "stroke-linecap": "round", "stroke-linejoin": "round" }, rows.map((i) => drawLine(app, view, look, i)).join("")) + drawCities(app, points, labels));
  const clip = element("clipPath", { id: "window" }, element("rect", { width: view.width, height: view.height }));
  const height = TOP + view.height + BOTTOM;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("svg", {
    xmlns: "http://www.w3.org/2000/svg", width: view.width, height, viewBox: `0 0 ${view.width} ${height}`, "font-family": FONT,
  }, element("rect", { width: view.width, height, fill: app.now.tones.paper }) + clip + title + map + source)}`;
}

export { toSvg };
