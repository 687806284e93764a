/* Water, land, lakes, borders and a faint grid. */
import { toPathData, toShapePaths } from "./decode.js";
import { worldX, worldY } from "./geometry.js";

const GRID_DEG = 30;
const GRID_UP_TO = 4096; /* pixels of the world; larger, and a line or two would cross the map and say nothing */

const toPath = (packed, isCut) => new Path2D(toPathData(packed, isCut));

/** Own shapes: a path for each in steps from their origin, all of them in one, and their names. */
function readZones(packed) {
  const shapes = toShapePaths(packed).map((text) => new Path2D(text));
  const areas = new Path2D();
  const all = new Path2D();
  shapes.forEach((shape, z) => {
    all.addPath(shape);
    if (packed.closed[z]) areas.addPath(shape);
  });
  return { ...packed, shapes, areas, all };
}

function paintZones(context, view, zones, tones) {
  for (const k of view.copies) {
    context.save();
    placeZones(context, zones, view.scale, k * view.scale - view.x0, -view.y0);
    context.fillStyle = tones.zone;
    context.fill(zones.areas, "evenodd");
    context.strokeStyle = tones.outline;
    context.lineWidth = (0.8 * zones.grid) / view.scale;
    context.stroke(zones.all);
    context.restore();
  }
}

/* The origin is added outside the path, in full precision: paths themselves are kept in single precision. */
function placeZones(context, zones, scale, x, y) {
  const step = scale / zones.grid;
  context.translate(zones.origin[0] * step + x, zones.origin[1] * step + y);
  context.scale(step, step);
}

let probe = null;

/** Name of the zone at a point of the world, or "". */
function nameZone(base, x, y) {
  const { zones } = base;
  if (!zones) return "";
  if (!probe) probe = document.createElement("canvas").getContext("2d");
  const at = [(x - Math.floor(x)) * zones.grid - zones.origin[0], y * zones.grid - zones.origin[1]];
  const found = zones.shapes.findIndex((shape, z) => zones.closed[z] && probe.isPointInPath(shape, at[0], at[1], "evenodd"));
  return found < 0 ? "" : zones.names[found];
}

/** Paths on the grid of the packed polygons; borders without the edges that lie on 180 degrees. */
function readBase(base) {
  if (!base.polygons) return { kind: base.kind };
  return {
    kind: base.kind,
    zones: base.zones ? readZones(base.zones) : null,
    grid: base.polygons.grid,
    land: toPath(base.polygons, false),
    near: base.near ? { ...base.near, land: toPath(base.near, false) } : null,
    borders: base.kind === "countries" ? toPath(base.polygons, true) : null,
    lakes: toPath(base.lakes, false),
  };
}

/** Squares of a degree by their lower left corners, as left, top, width and height in the world. */
const boxesOf = (cells) => cells.map(([lon, lat]) => [worldX(lon), worldY(lat + 1), 1 / 360, worldY(lat) - worldY(lat + 1)]);

/** Land near the cities in the place of the coarse one; the context stands on the grid of the base. */
function paintNear(context, base, tones) {
  const { near, grid } = base;
  context.fillStyle = tones.water;
  context.beginPath();
  for (const box of boxesOf(near.cells)) context.rect(...box.map((part) => part * grid));
  context.fill();
  context.save();
  context.scale(grid / near.grid, grid / near.grid);
  context.fillStyle = tones.land;
  context.fill(near.land, "nonzero");
  context.restore();
}

/** Meridians and parallels of a map of continents. */
function paintGrid(context, view, tones) {
  if (view.scale > GRID_UP_TO) return;
  context.strokeStyle = tones.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (let lon = -180; lon < 180; lon += GRID_DEG) {
    for (const k of view.copies) {
      const x = Math.round((worldX(lon) + k) * view.scale - view.x0) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, view.height);
    }
  }
  for (let lat = -60; lat <= 60; lat += GRID_DEG) {
    const y = Math.round(worldY(lat) * view.scale - view.y0) + 0.5;
    context.moveTo(0, y);
    context.lineTo(view.width, y);
  }
  context.stroke();
}

function paintShapes(context, view, base, tones) {
  for (const k of view.copies) {
    context.save();
    context.translate(k * view.scale - view.x0, -view.y0);
    context.scale(view.scale / base.grid, view.scale / base.grid);
    context.fillStyle = tones.land;
    context.fill(base.land, "nonzero");
    if (base.near) paintNear(context, base, tones);
    context.fillStyle = tones.water;
    context.fill(base.lakes, "nonzero");
    if (base.borders) {
      context.strokeStyle = tones.border;
      context.lineWidth = (0.7 * base.grid) / view.scale;
      context.stroke(base.borders);
    }
    context.restore();
  }
}

function paintWater(context, view, base, tones) {
  if (base.kind === "tiles") return;
  context.fillStyle = tones.water;
  context.fillRect(0, 0, view.width, view.height);
}

function paintBase(context, view, base, tones) {
  if (base.kind === "tiles") return;
  paintWater(context, view, base, tones);
  if (base.land) paintShapes(context, view, base, tones);
  if (base.zones) paintZones(context, view, base.zones, tones);
  paintGrid(context, view, tones);
}

export { readBase, paintBase, paintWater, nameZone, boxesOf };
