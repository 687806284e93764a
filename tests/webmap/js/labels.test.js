/* Where names stand: clear of points, of each other, and of thick lines where there is room. */
import assert from "node:assert/strict";
import test from "node:test";
import { makeArcs, toUnit } from "../../../geobri/webmap/static/geometry.js";
import { placeLabels } from "../../../geobri/webmap/static/paint_cities.js";
import { boxThickLines } from "../../../geobri/webmap/static/paint_corridors.js";
import { makeView } from "../../../geobri/webmap/static/sheet.js";

const context = { measureText: (text) => ({ width: 7 * text.length }) };
const app = { asks: { importance: () => 1, isMarked: () => false }, words: { cityName: () => "Salzburg" } };
const window_ = [0, 0, 400, 300];
const place = (thick) => placeLabels(context, app, [{ c: 0, x: 200, y: 150, radius: 4 }], window_, thick)[0].box;

test("a name stands on the right, or where no thick line runs, or on the right after all", () => {
  assert.ok(place([])[0] > 200);
  assert.ok(place([[220, 148, 224, 152]])[2] < 200);
  const around = Array.from({ length: 40 }, (_, k) => [10 * k, 100, 10 * k + 10, 200]);
  assert.ok(place(around)[0] > 200);
});

test("thick lines are boxed along their way, thin ones are not", () => {
  const arcs = makeArcs([toUnit(0, 0), toUnit(90, 0)], Uint32Array.of(0), Uint32Array.of(1));
  arcs.traceRows([0]);
  const model = { arcs, opposite: Int32Array.of(-1) };
  const view = makeView(1024, 400, 362, 500, 300, 1);
  const look = (strength) => ({ thin: 1, alpha: 1, few: true, tones: {}, colours: ["red"], measure: { strength: [strength], numbers: [1], scale: { classOf: () => 0 } } });
  assert.deepEqual(boxThickLines(model, look(0.1), [0], view), []);
  const boxes = boxThickLines(model, look(1), [0], view);
  const middles = boxes.map(([west, , east]) => (west + east) / 2);
  assert.ok(boxes.every(([, north, , south]) => Math.abs((north + south) / 2 - 150) < 0.5)); /* along the equator */
  assert.ok(Math.abs(middles[0] - 112) < 1 && middles[middles.length - 1] > 360 && middles[middles.length - 1] < 368.5);
  assert.ok(middles.slice(1).every((x, k) => x - middles[k] <= 6.01));
});
