/* Handles that cross: the range is what lies between them, and nothing else moves. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { makeHandles } from "../../../geobri/webmap/static/handles.js";

function makeSlider(range) {
  const slider = { range, places: [...range] };
  slider.handles = makeHandles({ ends: () => slider.range, put: (k, value) => (slider.places[k] = value) });
  slider.drag = (k, value) => {
    slider.range = slider.handles.move(k, value);
    slider.handles.sync();
  };
  return slider;
}

test("the lower handle dragged past the upper one, in steps", () => {
  const slider = makeSlider([20, 40]);
  for (const value of [30, 39, 41, 52, 65]) slider.drag(0, value);
  assert.deepEqual(slider.range, [40, 65]);
  assert.deepEqual(slider.places, [65, 40]);
  assert.equal(slider.handles.release(), 1);
  assert.deepEqual(slider.places, [40, 65]);
});

test("to the end and back again", () => {
  const slider = makeSlider([20, 73.4]);
  for (const value of [50, 73.4, 93.3, 60, 30]) slider.drag(0, value);
  assert.deepEqual(slider.range, [30, 73.4]);
  assert.deepEqual(slider.places, [30, 73.4]);
});

test("the upper handle below the lower one", () => {
  const slider = makeSlider([20, 40]);
  for (const value of [30, 20, 5]) slider.drag(1, value);
  assert.deepEqual(slider.range, [5, 20]);
  slider.handles.release();
  slider.drag(0, 10);
  assert.deepEqual(slider.range, [10, 20]);
});

test("a range from elsewhere moves both, even while one has the focus", () => {
  const slider = makeSlider([20, 40]);
  slider.handles.hold(0);
  slider.range = [40, 60];
  slider.handles.sync();
  assert.deepEqual(slider.places, [40, 60]);
  slider.drag(0, 50);
  assert.deepEqual(slider.range, [50, 60]);
});
