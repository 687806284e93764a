/* Where the map looks, how far it zooms, how smooth its arcs are, and what lies under the cursor. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { decideFolding } from "../../../geobri/webmap/static/folding.js";
import { makeArcs, piecesOf, toUnit } from "../../../geobri/webmap/static/geometry.js";
import { rankNear } from "../../../geobri/webmap/static/pick.js";
import { roundLength } from "../../../geobri/webmap/static/scalebar.js";
import { fitRoom, nearestGap } from "../../../geobri/webmap/static/view.js";
import { findIdle } from "../../../geobri/webmap/static/model.js";
import { makeView } from "../../../geobri/webmap/static/sheet.js";
import { drawWorlds, wholeView } from "../../../geobri/webmap/static/worlds.js";

const places = { moscow: [37.62, 55.76], seoul: [126.98, 37.57], tokyo: [139.69, 35.69], losAngeles: [-118.24, 34.05], oslo: [10.75, 59.91] };
const units = Object.values(places).map(([lon, lat]) => toUnit(lon, lat));

/** Distance in pixels of a point from the great circle of arc i, with the local scale of the projection. */
function gapInPixels(arcs, i, [x, y], scale) {
  const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y)));
  const q = toUnit(x * 360 - 180, (lat * 180) / Math.PI);
  const away = Math.asin(q[0] * arcs.poles[3 * i] + q[1] * arcs.poles[3 * i + 1] + q[2] * arcs.poles[3 * i + 2]);
  return Math.abs(away) / ((2 * Math.PI * Math.cos(lat)) / scale);
}

test("drawn lines stay within a pixel of their great circle at every zoom", () => {
  const arcs = makeArcs(units, Uint32Array.of(0, 2, 4), Uint32Array.of(1, 3, 3));
  arcs.traceRows([0, 1, 2]);
  for (const zoom of [4, 6, 8, 10, 12, 15, 18]) {
    const scale = 256 * 2 ** zoom;
    for (const i of [0, 1, 2]) {
      const v = arcs.start[i] + 12; /* a window of 1,400 pixels around this vertex */
      const half = 700 / scale;
      const box = [arcs.xs[v] - half, arcs.ys[v] - half, arcs.xs[v] + half, arcs.ys[v] + half];
      const pieces = piecesOf(arcs, i, box, scale);
      assert.ok(pieces.length >= 1);
      for (const piece of pieces) {
        for (let n = 2; n < piece.length; n += 2) {
          const middle = [(piece[n] + piece[n - 2]) / 2, (piece[n + 1] + piece[n - 1]) / 2];
          const inside = middle[0] > box[0] && middle[0] < box[2] && middle[1] > box[1] && middle[1] < box[3];
          if (inside) assert.ok(gapInPixels(arcs, i, middle, scale) < 1, `zoom ${zoom}`);
        }
      }
    }
  }
});

test("what is meant comes first: ink under the cursor, then near lines, then the strongest of the rest", () => {
  const ends = [[-10, 0], [10, 0], [-10, 0.02], [10, 0.02], [-10, 0.001], [10, 0.001]].map(([lon, lat]) => toUnit(lon, lat));
  const arcs = makeArcs(ends, Uint32Array.of(0, 2, 4), Uint32Array.of(1, 3, 5));
  arcs.traceRows([0, 1, 2]);
  const pixel = (0.01 * Math.PI) / 180;
  const ask = (lat, crisp) => rankNear({ rows: [0, 1, 2], arcs, q: toUnit(0, lat), pixel, reach: 6, ink: (r) => (r < crisp ? { half: 0.5, offset: 0 } : null) });
  assert.deepEqual(ask(0, 3), [0, 2, 1]);
  assert.deepEqual(ask(0.02, 2)[0], 1);
  assert.deepEqual(ask(0.001, 0), [0, 1, 2]);
  assert.deepEqual(ask(0.3, 3), []);
});

test("both directions of a pair are found on their own side", () => {
  const ends = [[-10, 0], [10, 0]].map(([lon, lat]) => toUnit(lon, lat));
  const arcs = makeArcs(ends, Uint32Array.of(0, 1), Uint32Array.of(1, 0));
  arcs.traceRows([0, 1]);
  const pixel = (0.01 * Math.PI) / 180;
  const ask = (lat) => rankNear({ rows: [0, 1], arcs, q: toUnit(0, lat), pixel, reach: 6, ink: () => ({ half: 1, offset: 2 }) })[0];
  assert.equal(ask(-0.02), 0); /* to the east, south is on the right */
  assert.equal(ask(0.02), 1);
});

test("a box fits into a room, at any size", () => {
  const box = { west: 0.4, east: 0.5, north: 0.3, south: 0.34 };
  for (const [width, height] of [[800, 500], [1280, 720], [1920, 1080], [390, 800]]) {
    const room = { left: width > 700 ? 300 : 0, top: 0, right: width, bottom: height };
    const { zoom, shift } = fitRoom(room, box, { x: width, y: height });
    const scale = 256 * 2 ** zoom;
    const left = width / 2 + shift[0] - (0.1 * scale) / 2;
    assert.ok(left >= room.left && left + 0.1 * scale <= width);
  }
  const street = { west: 0.5, east: 0.5 + 140 / 4e7, north: 0.4, south: 0.4 };
  assert.ok(fitRoom({ left: 0, top: 0, right: 1000, bottom: 700 }, street, { x: 1000, y: 700 }).zoom > 16);
});

test("the nearest two places decide how deep the zoom goes", () => {
  assert.ok(Math.abs(nearestGap([0.1, 0.5, 0.5003, 0.5], [0.2, 0.4, 0.4004, 0.4]) - 0.0005) < 1e-12);
  assert.equal(nearestGap([0.3], [0.3]), 1);
});

test("a scale bar has a round length", () => {
  assert.equal(roundLength(156543).metres, 1e7);
  assert.equal(roundLength(4.77).metres, 500);
  for (const metres of [0.3, 2, 77, 4000]) assert.ok(roundLength(metres).pixels <= 110 && roundLength(metres).pixels > 40);
});

test("cards fold where there is no room, and stay as the reader wishes", () => {
  const base = { isNarrow: false, isClosed: false, isSelecting: false, isWide: true, wishes: { controls: null, legend: null } };
  assert.deepEqual(decideFolding({ ...base, width: 1280, height: 720 }), { controls: true, legend: true });
  assert.deepEqual(decideFolding({ ...base, width: 800, height: 500 }), { controls: false, legend: false });
  assert.deepEqual(decideFolding({ ...base, width: 1280, height: 720, isSelecting: true }), { controls: false, legend: false });
  assert.deepEqual(decideFolding({ ...base, width: 390, height: 800, isNarrow: true }), { controls: false, legend: true });
  assert.deepEqual(decideFolding({ ...base, width: 800, height: 500, wishes: { controls: true, legend: null } }), { controls: true, legend: false });
});

test("a small world is painted whole and repeated without a seam", () => {
  const view = makeView(922.88, -1200, 40, 1792, 1008, 1);
  const whole = wholeView(view, 1);
  assert.deepEqual([whole.width, whole.height, whole.x0, whole.west, whole.east], [923, 923, 0, 0, 1]);
  assert.equal(wholeView(makeView(2100, 0, 0, 800, 600, 1), 1), null);
  assert.equal(wholeView(makeView(256, 0, 0, 0, 0, NaN), NaN), null); /* a map that is not shown */
  const drawn = [];
  drawWorlds({ drawImage: (_, x, y, width, height) => drawn.push([x, y, width, height]) }, { width: 923 }, view, 1);
  assert.ok(drawn[0][0] <= 0);
  assert.ok(drawn[drawn.length - 1][0] + drawn[drawn.length - 1][2] >= view.width);
  for (let k = 1; k < drawn.length; k += 1) assert.equal(drawn[k][0], drawn[k - 1][0] + drawn[k - 1][2]);
});

test("cities without a corridor stand back only where they are many", () => {
  const [origin, destination] = [Uint32Array.of(0, 3), Uint32Array.of(1, 1)];
  assert.equal(findIdle(20, origin, destination), null);
  const idle = findIdle(200, origin, destination);
  assert.deepEqual([...idle.subarray(0, 5)], [0, 0, 1, 0, 1]);
  const all = Uint32Array.from({ length: 150 }, (_, k) => k);
  assert.equal(findIdle(200, all, all.map((k) => k + 1)), null); /* a quarter */
  assert.equal(findIdle(200, new Uint32Array(0), new Uint32Array(0)), null);
});
