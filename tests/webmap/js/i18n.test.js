/* What places are called on the page. */
import assert from "node:assert/strict";
import test from "node:test";
import { formatNumber, formatShort, formatValue, renameCities, sayFromTo } from "../../../geobri/webmap/static/i18n.js";

const zone = { one: "area", many: "areas", zh: "小区" };

test("words change, and what stands between braces stays", () => {
  assert.equal(renameCities("en", "Find a city of {cities}", zone), "Find an area of {cities}");
  assert.equal(renameCities("en", "Cities", zone), "Areas");
  assert.equal(renameCities("zh", "{n} 座城市，城市通路", zone), "{n} 个小区，通路");
});

test("negative numbers have a minus, and words between them", () => {
  const measure = { kind: "score", low: -9, high: 4, decimals: 2, coarse: false, unit: { en: "points", zh: "分" } };
  assert.equal(formatValue("en", measure, -2.5), "\u22122.5 points");
  assert.equal(formatShort("zh", measure, -3e6), "\u2212300万");
  assert.equal(formatNumber("en", -0.04, 1), "0");
  assert.equal(sayFromTo("en", "\u22126", "\u22123", "–"), "\u22126 to \u22123");
  assert.equal(sayFromTo("zh", "\u22126", "2", " – "), "\u22126 至 2");
  assert.equal(sayFromTo("en", "20", "40", "–"), "20–40");
});
