/* A block of data that was changed on its way is told from a whole one. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { checksum } from "../../../geobri/webmap/static/checksum.js";
import { isWhole } from "../../../geobri/webmap/static/whole.js";

test("the checksum is the CRC-32 of the text in UTF-8", () => {
  assert.equal(checksum("123456789"), "cbf43926");
  assert.equal(checksum(""), "00000000");
  assert.equal(checksum("北京 é 😀"), "abd1d809");
});

test("a block without its sum, or with another text, is not whole", () => {
  const block = { textContent: "123456789", dataset: { sum: "cbf43926" } };
  assert.ok(isWhole(block));
  assert.ok(!isWhole({ ...block, textContent: "123456780" }));
  assert.ok(!isWhole({ ...block, dataset: {} }));
  assert.ok(!isWhole(null));
});
