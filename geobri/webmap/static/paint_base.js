/* Water, land, lakes, borders and a faint grid. */
import * as Decode from "./decode.js";
import { worldX, worldY } from "./geometry.js";

const GRID_DEG = 30;

const toPath = (packed, isCut) => new Path2D(Decode.toPathData(packed, isCut));

/** Paths on the grid of the packed polygons; borders without the edges that lie on 180 degrees. */
function readBase(base) {
  if (!base.polygons) return { kind: base.kind };
  return {
    kind: base.kind,
    grid: base.polygons.grid,
    land: toPath(base.polygons, false),
    borders: base.kind === "countries" ? toPath(base.polygons, true) : null,
    lakes: toPath(base.lakes, false),
  };
}

function paintGrid(context, view, tones) {
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

function paintBase(context, view, base, tones) {
  if (base.kind === "tiles") return;
  context.fillStyle = tones.water;
  context.fillRect(0, 0, view.width, view.height);
  if (base.land) paintShapes(context, view, base, tones);
  paintGrid(context, view, tones);
}

export { readBase, paintBase };
