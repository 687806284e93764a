/* The rectangle over a picture. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { isClick, spanOf, within } from "../../../geobri/report/static/rectangle.js";

const at = (clientX, clientY) => ({ clientX, clientY });

test("a rectangle is the same whichever way it is drawn", () => {
  assert.deepEqual(spanOf(at(9, 2), at(1, 8)), spanOf(at(1, 8), at(9, 2)));
  assert.deepEqual(spanOf(at(9, 2), at(1, 8)), { left: 1, right: 9, top: 2, bottom: 8 });
});

test("a mark is inside when its middle is", () => {
  const span = { left: 0, right: 10, top: 0, bottom: 10 };
  assert.ok(within({ left: 8, right: 11, top: 4, bottom: 6 }, span));
  assert.ok(!within({ left: 9, right: 12, top: 4, bottom: 6 }, span));
});

test("a hand that trembles still clicks", () => {
  assert.ok(isClick(at(5, 5), at(7, 3)));
  assert.ok(!isClick(at(5, 5), at(5, 10)));
});
