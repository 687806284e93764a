/* Tables that spreadsheets read as they are meant. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { toCell, toCsv } from "../../../geobri/webmap/static/tables.js";

test("cells are quoted where need be, numbers are exact, and nothing is a formula", () => {
  assert.equal(toCell("plain"), "plain");
  assert.equal(toCell('a "b", c'), '"a ""b"", c"');
  assert.equal(toCell("two\nlines"), '"two\nlines"');
  assert.equal(toCell("=1+1"), "'=1+1");
  assert.equal(toCell("@cmd"), "'@cmd");
  assert.equal(toCell(123463789), "123463789");
  assert.equal(toCell(-0.125), "-0.125");
  assert.equal(toCell(NaN), "");
});

test("a table begins with the mark of its encoding and ends its lines as the standard says", () => {
  assert.equal(toCsv([["a", "b"], ["新加坡", 1]]), "\ufeffa,b\r\n新加坡,1\r\n");
});
